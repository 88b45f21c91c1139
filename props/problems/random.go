package problems

import (
	"math"
	"math/rand/v2"

	"gonum.org/v1/gonum/mat"

	"assay/internal/catalogue"
)

// seedArg reads the seed that chooses among the problems of one name.
func seedArg(args *catalogue.Args) uint64 {
	return uint64(args.Int("seed", 1, 0, math.MaxInt))
}

// fillNormal fills dst with independent normals of mean 0 and deviation sd.
func fillNormal(dst []float64, sd float64, rng *rand.Rand) {
	for i := range dst {
		dst[i] = sd * rng.NormFloat64()
	}
}

// normalMatrix returns an n x d matrix of independent normals of mean 0 and
// deviation sd.
func normalMatrix(n, d int, sd float64, rng *rand.Rand) *mat.Dense {
	data := make([]float64, n*d)
	fillNormal(data, sd, rng)
	return mat.NewDense(n, d, data)
}
