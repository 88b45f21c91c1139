package version

import (
	"runtime/debug"
	"testing"
)

func TestVersion(t *testing.T) {
	revision := debug.BuildSetting{Key: "vcs.revision", Value: "610d358"}
	modified := debug.BuildSetting{Key: "vcs.modified", Value: "true"}
	clean := debug.BuildSetting{Key: "vcs.modified", Value: "false"}
	for _, test := range []struct {
		module   string
		settings []debug.BuildSetting
		want     string
	}{
		{"v1.2.3", []debug.BuildSetting{revision, modified}, "v1.2.3"},
		{"(devel)", []debug.BuildSetting{revision, clean}, "610d358"},
		{"(devel)", []debug.BuildSetting{revision, modified}, "610d358+dirty"},
		{"", []debug.BuildSetting{revision}, "610d358"},
		{"(devel)", nil, "(devel)"},
		{"", nil, "unknown"},
	} {
		info := &debug.BuildInfo{Main: debug.Module{Version: test.module}, Settings: test.settings}
		if got := versionOf(info); got != test.want {
			t.Errorf("module %q, %v: %q, want %q", test.module, test.settings, got, test.want)
		}
	}
	if String() == "" {
		t.Error("a test has no version at all")
	}
}
