package spec

import (
	"encoding/json"
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/mat"
)

// ParseProblem returns the problem with the given canonical text form. An error
// names the line and column of what is not JSON, and the key of what is wrong.
func ParseProblem(text []byte) (*Problem, error) {
	o, err := parseObject(text)
	if err != nil {
		return nil, fmt.Errorf("problem: %w", err)
	}
	var name string
	var priorText, measurementText json.RawMessage
	o.get("name", "a string", &name)
	o.get("prior", "an object", &priorText)
	o.get("measurement", "an object", &measurementText)
	if err := o.done(); err != nil {
		return nil, fmt.Errorf("problem: %w", err)
	}
	prior, err := priorKinds.parse(priorText)
	if err != nil {
		return nil, fmt.Errorf("problem %s: prior: %w", name, err)
	}
	m, err := parseMeasurement(measurementText)
	if err != nil {
		return nil, fmt.Errorf("problem %s: measurement: %w", name, err)
	}
	return NewProblem(name, prior, m)
}

func parseMeasurement(text []byte) (Measurement, error) {
	o, err := parseObject(text)
	if err != nil {
		return nil, err
	}
	if _, other := o.fields["kind"]; other {
		return measurementKinds.parse(text)
	}
	return parseLinear(text)
}

func parseLinear(text []byte) (Measurement, error) {
	o, err := parseObject(text)
	if err != nil {
		return nil, err
	}
	var dim int
	var beta float64
	var rows [][]float64
	var operator json.RawMessage
	o.get("dim", "an integer", &dim)
	o.get("beta", "a number", &beta)
	if _, ok := o.fields["operator"]; ok {
		o.get("operator", "an object", &operator)
	} else {
		o.get("A", "an array of arrays of numbers", &rows)
	}
	if err := o.done(); err != nil {
		return nil, err
	}
	if dim < 1 {
		return nil, fmt.Errorf("dim: %d, want at least 1", dim)
	}
	if operator != nil {
		op, err := operatorKinds.parse(operator)
		if err != nil {
			return nil, fmt.Errorf("operator: %w", err)
		}
		if _, d := op.Dims(); d != dim {
			return nil, fmt.Errorf("operator: it is of R^%d, want R^%d", d, dim)
		}
		return NewLinearBy(op, beta)
	}
	if len(rows) == 0 {
		if beta != 1 {
			return nil, fmt.Errorf("beta: %v, want 1 where A has no rows", beta)
		}
		return Unmeasured(dim), nil
	}
	a, err := denseOf("A", rows, dim)
	if err != nil {
		return nil, err
	}
	return NewLinear(a, beta)
}

func parseGaussian(text []byte) (Prior, error) {
	o, err := parseObject(text)
	if err != nil {
		return nil, err
	}
	var mean []float64
	o.known("kind")
	o.get("mean", "an array of numbers", &mean)
	cov := o.covariance(len(mean))
	if err := o.done(); err != nil {
		return nil, fmt.Errorf("gaussian: %w", err)
	}
	if err := checkVector("gaussian: mean", mean); err != nil {
		return nil, err
	}
	return &Gaussian{mean, cov}, nil
}

func parseMixture(text []byte) (Prior, error) {
	o, err := parseObject(text)
	if err != nil {
		return nil, err
	}
	var groups []json.RawMessage
	o.known("kind")
	o.get("groups", "an array of objects", &groups)
	if err := o.done(); err != nil {
		return nil, fmt.Errorf("mixture: %w", err)
	}
	var list []*cluster
	var covs []*covariance
	for i, text := range groups {
		c, err := parseGroup(text)
		if err != nil {
			return nil, fmt.Errorf("mixture: groups[%d]: %w", i, err)
		}
		if i > 0 && c.dim != list[0].dim {
			return nil, fmt.Errorf("mixture: groups[%d]: means of length %d, those of groups[0] have %d", i, c.dim, list[0].dim)
		}
		c.covariance = c.shareFrame(covs)
		covs = append(covs, c.covariance)
		list = append(list, c)
	}
	list = slices.DeleteFunc(list, func(c *cluster) bool { return len(c.weight) == 0 }) // all its weights were zero
	if len(list) == 0 {
		return nil, fmt.Errorf("mixture: groups: there is no component of positive weight")
	}
	return &Mixture{newClusters(list[0].dim, list)}, nil
}

func parseGroup(text []byte) (*cluster, error) {
	o, err := parseObject(text)
	if err != nil {
		return nil, err
	}
	var weights []float64
	var rows [][]float64
	o.get("weights", "an array of numbers", &weights)
	o.get("means", "an array of arrays of numbers", &rows)
	dim := 0
	if len(rows) > 0 {
		dim = len(rows[0])
	}
	cov := o.covariance(dim)
	if err := o.done(); err != nil {
		return nil, err
	}
	if _, err := denseOf("means", rows, dim); err != nil {
		return nil, err
	}
	if len(weights) != len(rows) {
		return nil, fmt.Errorf("weights: %d numbers for %d means", len(weights), len(rows))
	}
	c := &cluster{covariance: cov}
	var kept [][]float64
	for k, w := range weights {
		if w < 0 {
			return nil, fmt.Errorf("weights[%d]: %v, want at least 0", k, w)
		}
		if w > 0 {
			c.weight = append(c.weight, w)
			kept = append(kept, rows[k])
		}
	}
	if len(kept) > 0 {
		c.means, err = denseOf("means", kept, dim)
	}
	return c, err
}

func parseDataSet(text []byte) (Prior, error) {
	o, err := parseObject(text)
	if err != nil {
		return nil, err
	}
	var bandwidth float64
	var rows [][]float64
	o.known("kind")
	o.get("bandwidth", "a number", &bandwidth)
	o.get("points", "an array of arrays of numbers", &rows)
	if err := o.done(); err != nil {
		return nil, fmt.Errorf("data set: %w", err)
	}
	if len(rows) == 0 {
		return nil, fmt.Errorf("data set: points: there are none")
	}
	points, err := denseOf("points", rows, len(rows[0]))
	if err != nil {
		return nil, fmt.Errorf("data set: %w", err)
	}
	return asPrior(NewDataSet(points, bandwidth))
}

// asPrior keeps a nil pointer from becoming an interface that is not nil.
func asPrior[P Prior](p P, err error) (Prior, error) {
	if err != nil {
		return nil, err
	}
	return p, nil
}

// covariance reads one of the forms of a covariance on R^dim.
func (o *object) covariance(dim int) *covariance {
	var rows [][]float64
	var sd []float64
	if _, matrix := o.fields["covariance"]; matrix {
		o.get("covariance", "an array of arrays of numbers", &rows)
		a, err := denseOf("covariance", rows, dim)
		if err == nil && len(rows) != dim {
			err = fmt.Errorf("covariance: %d rows, but the mean has length %d", len(rows), dim)
		}
		if err != nil {
			o.fail(err)
			return nil
		}
		c, err := newCovariance(rawSymmetric{a})
		o.fail(err)
		return c
	}
	if text := o.fields["sd"]; len(text) > 0 && text[0] != '[' {
		var one float64
		o.get("sd", "a number or an array of numbers", &one)
		if o.err != nil {
			return nil
		}
		if !(one >= 0) {
			o.fail(fmt.Errorf("sd: %v, want at least 0", one))
			return nil
		}
		return isotropicCovariance(dim, one)
	}
	if _, ok := o.fields["sd"]; !ok {
		o.fail(fmt.Errorf("want the key \"sd\" or the key \"covariance\""))
		return nil
	}
	o.get("sd", "an array of numbers", &sd)
	for j, v := range sd {
		if v < 0 {
			o.fail(fmt.Errorf("sd[%d]: %v, want at least 0", j, v))
		}
	}
	want := dim
	_, turned := o.fields["axes"]
	if turned {
		o.get("axes", "an array of arrays of numbers", &rows)
		want = len(rows)
	}
	if len(sd) != want {
		o.fail(fmt.Errorf("sd: %d numbers, want %d", len(sd), want))
	}
	if o.err != nil {
		return nil
	}
	if !turned {
		return &covariance{frame: &frame{dim: dim}, dev: sd}
	}
	axes, err := denseOf("axes", rows, dim)
	if err == nil {
		err = orthonormal(axes)
	}
	o.fail(err)
	rest := 0.0
	if len(rows) < dim {
		o.get("rest", "a number", &rest)
		if rest < 0 {
			o.fail(fmt.Errorf("rest: %v, want at least 0", rest))
		}
	}
	if o.err != nil {
		return nil
	}
	return spiked(&frame{dim: dim, basis: mat.DenseCopyOf(axes.T())}, sd, rest)
}

// rawSymmetric is a square matrix that claims to be symmetric; newCovariance checks it.
type rawSymmetric struct{ *mat.Dense }

func (s rawSymmetric) SymmetricDim() int {
	n, _ := s.Dims()
	return n
}

// orthonormal returns an error unless the rows of a are orthonormal to ten digits;
// those that this package writes are so to about fifteen.
func orthonormal(a *mat.Dense) error {
	n, d := a.Dims()
	if n > d {
		return fmt.Errorf("axes: %d directions in R^%d", n, d)
	}
	for i := range n {
		for j := range i + 1 {
			want := 0.0
			if i == j {
				want = 1
			}
			if got := dot(a.RawRowView(i), a.RawRowView(j)); !(math.Abs(got-want) <= 1e-10) {
				return fmt.Errorf("axes: the inner product of directions %d and %d is %v, want %v", j, i, got, want)
			}
		}
	}
	return nil
}

// denseOf returns the matrix of the given rows, each of length columns.
func denseOf(key string, rows [][]float64, columns int) (*mat.Dense, error) {
	if len(rows) == 0 || columns == 0 {
		return nil, fmt.Errorf("%s: it is empty", key)
	}
	a := mat.NewDense(len(rows), columns, nil)
	for i, r := range rows {
		if len(r) != columns {
			return nil, fmt.Errorf("%s[%d]: %d numbers, want %d", key, i, len(r), columns)
		}
		a.SetRow(i, r)
	}
	return a, nil
}
