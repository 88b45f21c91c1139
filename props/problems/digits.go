package problems

import (
	"bytes"
	"compress/gzip"
	_ "embed"
	"fmt"
	"sync"

	"gonum.org/v1/gonum/mat"

	"assay/internal/catalogue"
	"assay/spec"
)

//go:embed digits/digits.csv.gz
var digitsFile []byte

// digitImages returns the 1,797 images, one a row, 64 pixels in [-1, 1]. It is read
// once; the caller must not change it. See digits/SOURCE.txt.
var digitImages = sync.OnceValues(func() (*mat.Dense, error) {
	r, err := gzip.NewReader(bytes.NewReader(digitsFile))
	if err != nil {
		return nil, fmt.Errorf("embedded digits: %w", err)
	}
	table, err := readCSV(r, true)
	if err != nil {
		return nil, fmt.Errorf("embedded digits: %w", err)
	}
	rows, columns := table.Dims()
	images := mat.DenseCopyOf(table.Slice(0, rows, 0, columns-1)) // the last column is the label
	images.Apply(func(_, _ int, x float64) float64 { return x/8 - 1 }, images)
	return images, nil
})

// digits is the law of the images, smoothed by a Gaussian kernel of deviation
// bandwidth and measured by op.
func digits(op string, defaultBeta float64) func(*catalogue.Args) family {
	return func(args *catalogue.Args) family {
		beta := args.Float("beta", defaultBeta, 1e-6, 1e6)
		return digitsMeasured(bandwidthArg(args), func(d int) (spec.Linear, error) { return Measurement(op, d, beta) })
	}
}

// digitsPrior is the law of the images with nothing measured.
func digitsPrior(args *catalogue.Args) family {
	return digitsMeasured(bandwidthArg(args), func(d int) (spec.Linear, error) { return spec.Unmeasured(d), nil })
}

// digitsMeasured is the smoothed law of the images under the measurement of their d pixels.
func digitsMeasured(bandwidth float64, measurement func(d int) (spec.Linear, error)) family {
	return func(name string) (*spec.Problem, error) {
		images, err := digitImages()
		if err != nil {
			return nil, err
		}
		_, d := images.Dims()
		m, err := measurement(d)
		if err != nil {
			return nil, err
		}
		return smoothed(name, images, bandwidth, m)
	}
}

func bandwidthArg(args *catalogue.Args) float64 {
	return args.Float("bandwidth", 0.1, 1e-6, 1e6)
}

// smoothed is the problem whose prior is the rows of points smoothed by bandwidth.
func smoothed(name string, points *mat.Dense, bandwidth float64, m spec.Linear) (*spec.Problem, error) {
	prior, err := spec.NewDataSet(points, bandwidth)
	if err != nil {
		return nil, err
	}
	return spec.NewProblem(name, prior, m)
}
