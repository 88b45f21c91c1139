//go:build !amd64

package circuit

func nativeKernels() []kernel { return nil }
