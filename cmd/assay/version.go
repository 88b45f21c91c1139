package main

import (
	"fmt"
	"runtime"

	"assay/internal/version"
)

// versionLine is what --version prints: all that a report of a mistake should name.
func versionLine() string {
	return fmt.Sprintf("assay %s, %s, %s/%s", version.String(), runtime.Version(), runtime.GOOS, runtime.GOARCH)
}
