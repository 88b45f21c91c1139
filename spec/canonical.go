package spec

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"

	"gonum.org/v1/gonum/mat"
)

// The canonical text form of a problem is JSON, arrays in full precision: parsing
// it gives the problem back bit for bit, and its hash names the problem.
//
//	{"name": "...", "prior": {"kind": "...", ...},
//	 "measurement": {"A": [[...], ...], "beta": 0.1, "dim": 2}}
//
// A has m rows of length dim and is [] if nothing is measured. An operator that is
// not a matrix stands under the key "operator" in place of A, one of
//
//	{"kind": "identity", "dim": 2}
//	{"kind": "mask", "dim": 3, "kept": [0, 2]}
//	{"kind": "pooling", "height": 8, "width": 8, "block": 2}
//	{"kind": "convolution", "height": 8, "width": 8, "kernel": [[...], ...]}
//	{"kind": "fourier", "height": 8, "width": 8, "frequencies": [[u, v], ...]}
//
// A measurement of another kind has the key "kind"; see [RegisterMeasurement]. The priors
// are
//
//	{"kind": "gaussian", "mean": [...], COVARIANCE}
//	{"kind": "mixture", "groups": [{"weights": [...], "means": [[...], ...], COVARIANCE}, ...]}
//	{"kind": "dataset", "bandwidth": 0.1, "points": [[...], ...]}
//
// and those added by [RegisterPrior], where COVARIANCE is one of
//
//	"sd": 1                             the same standard deviation in every direction
//	"sd": [...]                         one a coordinate
//	"covariance": [[...], ...]          the matrix
//	"axes": [[...], ...], "sd": [...]   orthonormal directions, one a row, and the deviations along them,
//	"rest": 0                           and that in every direction orthogonal to all of them, if there is one

// MarshalJSON returns the canonical text form. It is an error if the prior or the
// measurement has none, that is, if it does not implement [json.Marshaler], and for a
// joint law.
func (p *Problem) MarshalJSON() ([]byte, error) {
	if p.joint != nil {
		return nil, fmt.Errorf("problem %s: a joint law has no text form", p.name)
	}
	prior, ok := p.prior.(json.Marshaler)
	if !ok {
		return nil, fmt.Errorf("problem %s: a prior of type %T has no text form", p.name, p.prior)
	}
	measurement, ok := p.given.(json.Marshaler)
	if !ok {
		return nil, fmt.Errorf("problem %s: a measurement of type %T has no text form", p.name, p.given)
	}
	return json.Marshal(struct {
		Name        string         `json:"name"`
		Prior       json.Marshaler `json:"prior"`
		Measurement json.Marshaler `json:"measurement"`
	}{p.name, prior, measurement})
}

// MarshalJSON returns the canonical text form.
func (m Linear) MarshalJSON() ([]byte, error) {
	if op, ok := m.op.(json.Marshaler); ok {
		return json.Marshal(struct {
			Beta     float64        `json:"beta"`
			Dim      int            `json:"dim"`
			Operator json.Marshaler `json:"operator"`
		}{m.beta, m.dim, op})
	}
	rows := [][]float64{}
	if a := m.A(); a != nil {
		rows = rowsOf(a)
	}
	return json.Marshal(struct {
		A    [][]float64 `json:"A"`
		Beta float64     `json:"beta"`
		Dim  int         `json:"dim"`
	}{rows, m.beta, m.dim})
}

// MarshalJSON returns the canonical text form.
func (g *Gaussian) MarshalJSON() ([]byte, error) {
	return json.Marshal(struct {
		Kind string    `json:"kind"`
		Mean []float64 `json:"mean"`
		covarianceText
	}{"gaussian", g.mean, g.cov.text()})
}

// MarshalJSON returns the canonical text form.
func (m *Mixture) MarshalJSON() ([]byte, error) {
	type group struct {
		Weights []float64   `json:"weights"`
		Means   [][]float64 `json:"means"`
		covarianceText
	}
	var groups []group
	for _, c := range m.list {
		groups = append(groups, group{c.weight, rowsOf(c.means), c.covariance.text()})
	}
	return json.Marshal(struct {
		Kind   string  `json:"kind"`
		Groups []group `json:"groups"`
	}{"mixture", groups})
}

// MarshalJSON returns the canonical text form.
func (s *DataSet) MarshalJSON() ([]byte, error) {
	return json.Marshal(struct {
		Kind      string      `json:"kind"`
		Bandwidth float64     `json:"bandwidth"`
		Points    [][]float64 `json:"points"`
	}{"dataset", s.bandwidth, rowsOf(s.Points())})
}

// covarianceText is one of the forms of a covariance; the other fields are nil.
type covarianceText struct {
	SD         any         `json:"sd,omitempty"` // a number or an array
	Covariance [][]float64 `json:"covariance,omitempty"`
	Axes       [][]float64 `json:"axes,omitempty"`
	Rest       *float64    `json:"rest,omitempty"`
}

func (c *covariance) text() covarianceText {
	switch {
	case c.given != nil:
		return covarianceText{Covariance: rowsOf(mat.DenseCopyOf(c.given))}
	case c.isotropic():
		return covarianceText{SD: c.dev[0]}
	case c.basis == nil:
		return covarianceText{SD: c.dev}
	}
	r := c.rank()
	t := covarianceText{SD: c.dev[:r], Axes: rowsOf(mat.DenseCopyOf(c.basis.T()))}
	if r < c.dim {
		t.Rest = &c.dev[r]
	}
	return t
}

// rowsOf returns the rows of a.
func rowsOf(a *mat.Dense) [][]float64 {
	n, _ := a.Dims()
	rows := make([][]float64, n)
	for i := range rows {
		rows[i] = a.RawRowView(i)
	}
	return rows
}

// registry holds the kinds of laws that have a text form.
type registry[L any] struct {
	sync.RWMutex
	decode map[string]func([]byte) (L, error)
}

func (r *registry[L]) add(what, kind string, decode func([]byte) (L, error)) {
	r.Lock()
	defer r.Unlock()
	if _, taken := r.decode[kind]; taken {
		panic(fmt.Sprintf("spec: %s kind %q is registered twice", what, kind))
	}
	r.decode[kind] = decode
}

// parse hands an object to the decoder of its kind.
func (r *registry[L]) parse(text []byte) (law L, err error) {
	o, err := parseObject(text)
	if err != nil {
		return law, err
	}
	var kind string
	o.get("kind", "a string", &kind)
	if o.err != nil {
		return law, o.err
	}
	r.RLock()
	decode, known := r.decode[kind]
	names := slices.Sorted(maps.Keys(r.decode))
	r.RUnlock()
	if !known {
		return law, fmt.Errorf("kind: %q is not known; want one of %s", kind, strings.Join(names, ", "))
	}
	return decode(text)
}

var (
	priorKinds = registry[Prior]{decode: map[string]func([]byte) (Prior, error){
		"gaussian": parseGaussian,
		"mixture":  parseMixture,
		"dataset":  parseDataSet,
	}}
	measurementKinds = registry[Measurement]{decode: map[string]func([]byte) (Measurement, error){
		"linear": parseLinear,
	}}
	operatorKinds = registry[Operator]{decode: map[string]func([]byte) (Operator, error){
		"identity":    parseIdentity,
		"mask":        parseMask,
		"pooling":     parsePooling,
		"convolution": parseConvolution,
		"fourier":     parseFourier,
	}}
)

// RegisterPrior makes [ParseProblem] hand priors of the given kind, in their text
// form, to decode; call it from an init function of the package that has the prior,
// whose MarshalJSON must write the kind under the key "kind". It panics if the kind
// is taken.
func RegisterPrior(kind string, decode func([]byte) (Prior, error)) {
	priorKinds.add("prior", kind, decode)
}

// RegisterMeasurement is [RegisterPrior] for measurements. A linear one has no key "kind".
func RegisterMeasurement(kind string, decode func([]byte) (Measurement, error)) {
	measurementKinds.add("measurement", kind, decode)
}
