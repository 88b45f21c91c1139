// Package version says which assay runs.
package version

import "runtime/debug"

// String returns the version of assay that runs: that of the module, or the revision
// that it was built from, with "+dirty" after it if the files were not those of the
// revision. It is "(devel)" or "unknown" if the build does not say.
func String() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown"
	}
	return versionOf(info)
}

func versionOf(info *debug.BuildInfo) string {
	settings := map[string]string{}
	for _, s := range info.Settings {
		settings[s.Key] = s.Value
	}
	version := info.Main.Version
	if revision := settings["vcs.revision"]; revision != "" && (version == "" || version == "(devel)") {
		version = revision
		if settings["vcs.modified"] == "true" {
			version += "+dirty"
		}
	}
	if version == "" {
		return "unknown"
	}
	return version
}
