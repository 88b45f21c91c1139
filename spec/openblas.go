//go:build openblas

package spec

// #cgo LDFLAGS: -lopenblas
import "C"

import (
	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/netlib/blas/netlib"
)

// With the build tag openblas all matrix products go to the C library OpenBLAS,
// where it is installed (Debian: libopenblas-dev), several times faster than
// gonum's own. CGO_LDFLAGS says where it is if the linker does not find it:
//
//	go test -tags openblas ./...
//	CGO_LDFLAGS=-L/opt/openblas/lib go test -tags openblas ./...
//
// Batches are parallel over rows already, so that OPENBLAS_NUM_THREADS=1 is best.
func init() { blas64.Use(netlib.Implementation{}) }
