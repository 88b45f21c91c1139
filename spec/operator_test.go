package spec

import (
	"encoding/json"
	"math"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/mat"
)

// operators are one of each kind and shape, with the matrix worked out from its definition.
func operators(t testing.TB) map[string]struct {
	op    Operator
	entry func(i, j int) float64
} {
	is := func(yes bool) float64 {
		if yes {
			return 1
		}
		return 0
	}
	need := func(op Operator, err error) Operator {
		if err != nil {
			t.Fatal(err)
		}
		return op
	}
	kept := []int{5, 0, 3}
	kernel := mat.NewDense(3, 5, []float64{0, 1, 2, 0, 1, 3, 1, 4, 0, 2, 1, 0, 1, 5, 0})
	blur := func(i, j int) float64 {
		at := func(j int) float64 {
			dy, dx := j/7-i/7, j%7-i%7
			if dy < -1 || dy > 1 || dx < -2 || dx > 2 {
				return 0
			}
			return kernel.At(dy+1, dx+2)
		}
		var total float64
		for k := range 42 {
			total += at(k)
		}
		return at(j) / total
	}
	frequencies := [][2]int{{0, 0}, {2, 3}, {1, 2}, {1, 2}, {3, 0}, {5, 6}, {3, 2}, {1, 0}}
	wave := func(i, j int) float64 {
		f := frequencies[i/2]
		angle := 2 * math.Pi * (float64(f[0]*(j/7))/6 + float64(f[1]*(j%7))/7)
		if i%2 == 0 {
			return math.Cos(angle) / math.Sqrt(42)
		}
		return -math.Sin(angle) / math.Sqrt(42)
	}
	pool := func(height, width, block int) func(i, j int) float64 {
		across := (width + block - 1) / block
		return func(i, j int) float64 {
			top, left := i/across*block, i%across*block
			y, x := j/width, j%width
			size := min(block, height-top) * min(block, width-left)
			return is(top <= y && y < top+block && left <= x && x < left+block) / float64(size)
		}
	}
	dense := scatter(4, 6, rand.New(rand.NewPCG(3, 4)))
	return map[string]struct {
		op    Operator
		entry func(i, j int) float64
	}{
		"matrix":             {matrix{dense}, dense.At},
		"identity":           {Identity(4), func(i, j int) float64 { return is(i == j) }},
		"mask":               {need(Mask(6, kept)), func(i, j int) float64 { return is(kept[i] == j) }},
		"pooling":            {need(Pooling(5, 7, 2)), pool(5, 7, 2)},
		"pooling of all":     {need(Pooling(1, 4, 1<<62)), pool(1, 4, 4)},
		"convolution":        {need(Convolution(6, 7, kernel)), blur},
		"fourier":            {need(Fourier(6, 7, frequencies)), wave},
		"fourier of signals": {need(Fourier(1, 2, [][2]int{{0, 1}})), func(i, j int) float64 { return is(i == 0) * float64(1-2*j) / math.Sqrt2 }},
	}
}

// TestOperators: each is the matrix of its definition, forwards and backwards, and
// <A x, r> = <x, A^T r>. Sums of at most 42 products of numbers of order 1 are off by at
// most 42 roundings each: 1e-13 is ten times that.
func TestOperators(t *testing.T) {
	const tolerance = 1e-13
	rng := rand.New(rand.NewPCG(1, 2))
	for name, c := range operators(t) {
		if fault := operatorFault(c.op, c.entry, tolerance, rng); fault != "" {
			t.Errorf("%s: %s", name, fault)
		}
	}
	// Controls: an adjoint that is none, and an operator with another matrix.
	mask, err := Mask(6, []int{5, 0, 3})
	if err != nil {
		t.Fatal(err)
	}
	other := operators(t)["mask"].entry
	if operatorFault(misadjoint{mask}, other, tolerance, rng) == "" {
		t.Error("an adjoint that forgets a coordinate passes")
	}
	if operatorFault(mask, func(i, j int) float64 { return other(2-i, j) }, tolerance, rng) == "" {
		t.Error("rows in another order pass")
	}
}

// misadjoint forgets the first coordinate on the way back.
type misadjoint struct{ Operator }

func (a misadjoint) ApplyAdjoint(dst, r *mat.Dense) {
	a.Operator.ApplyAdjoint(dst, r)
	for i := range dst.RawMatrix().Rows {
		dst.Set(i, 0, 0)
	}
}

func operatorFault(op Operator, entry func(i, j int) float64, tolerance float64, rng *rand.Rand) string {
	const n = 3
	m, d := op.Dims()
	a := mat.NewDense(m, d, nil)
	a.Apply(func(i, j int, _ float64) float64 { return entry(i, j) }, a)
	x, r := scatter(n, d, rng), scatter(n, m, rng)
	ax, atr := scatter(n, m, rng), scatter(n, d, rng) // what they hold must not matter
	op.Apply(ax, x)
	op.ApplyAdjoint(atr, r)
	var want, back mat.Dense
	want.Mul(x, a.T())
	back.Mul(r, a)
	linear, err := NewLinearBy(op, 0.5)
	switch {
	case err != nil:
		return err.Error()
	case !mat.EqualApprox(ax, &want, tolerance):
		return "A x is not that of its matrix"
	case !mat.EqualApprox(atr, &back, tolerance):
		return "A^T r is not that of its matrix"
	case !mat.EqualApprox(linear.A(), a, tolerance):
		return "it is written out as another matrix"
	}
	for i := range n {
		if left, right := dot(ax.RawRowView(i), r.RawRowView(i)), dot(x.RawRowView(i), atr.RawRowView(i)); !(math.Abs(left-right) <= tolerance) {
			return "its adjoint is another operator's"
		}
	}
	return ""
}

// TestLinearByOperator: measurement, residual, likelihood and posteriors by an operator are
// those by its matrix. The laws agree to rounding, 1e-9 for what goes through a singular
// value decomposition.
func TestLinearByOperator(t *testing.T) {
	const beta, tolerance = 0.7, 1e-9
	for name, c := range operators(t) {
		by, err := NewLinearBy(c.op, beta)
		if err != nil {
			t.Fatal(err)
		}
		twin := measurement(t, mat.DenseCopyOf(by.A()), beta)
		m, d := by.Rows(), by.Dim()
		rng := rand.New(rand.NewPCG(5, 6))
		sd := make([]float64, d)
		for j := range sd {
			sd[j] = float64(j % 3) // one of three coordinates does not move
		}
		diagonal, err := NewDiagonal(make([]float64, d), sd)
		if err != nil {
			t.Fatal(err)
		}
		data, err := NewDataSet(scatter(5, d, rng), 0.3)
		if err != nil {
			t.Fatal(err)
		}
		x := scatter(1, d, rng)
		y, z := make([]float64, m), make([]float64, m)
		by.Measure(y, x.RawRowView(0), rand.New(rand.NewPCG(7, 8)))
		twin.Measure(z, x.RawRowView(0), rand.New(rand.NewPCG(7, 8)))
		if !mat.EqualApprox(mat.NewDense(1, m, y), mat.NewDense(1, m, z), tolerance) {
			t.Errorf("%s: measures %v, its matrix %v", name, y, z)
		}
		var got, want [1]float64
		by.LogLikelihood(got[:], x, y)
		twin.LogLikelihood(want[:], x, y)
		if !(math.Abs(got[0]-want[0]) <= tolerance) {
			t.Errorf("%s: log likelihood %v, that of its matrix %v", name, got, want)
		}
		for kind, prior := range map[string]Conditioner{"diagonal": diagonal, "data": data} {
			first, second := condition(t, prior, by), condition(t, prior, twin)
			if a, b := first.LogEvidence(y), second.LogEvidence(y); !(math.Abs(a-b) <= tolerance) {
				t.Errorf("%s, %s: log evidence %v, that of its matrix %v", name, kind, a, b)
			}
			at, mean, other := scatter(4, d, rng), mat.NewDense(4, d, nil), mat.NewDense(4, d, nil)
			first.Given(y).(Denoiser).Denoise(mean, at, 0.4)
			second.Given(y).(Denoiser).Denoise(other, at, 0.4)
			if !mat.EqualApprox(mean, other, tolerance) {
				t.Errorf("%s, %s: another posterior than by its matrix", name, kind)
			}
		}
	}
}

// TestOperatorText: the text form of an operator gives it back, and the mistakes that can
// be made in one have words.
func TestOperatorText(t *testing.T) {
	for name, c := range operators(t) {
		by, err := NewLinearBy(c.op, 0.5)
		if err != nil {
			t.Fatal(err)
		}
		prior, err := NewIsotropic(make([]float64, by.Dim()), 1)
		if err != nil {
			t.Fatal(err)
		}
		p, err := NewProblem(name, prior, by)
		if err != nil {
			t.Fatal(err)
		}
		text, err := json.Marshal(p)
		if err != nil {
			t.Fatal(err)
		}
		q, err := ParseProblem(text)
		if err != nil {
			t.Fatalf("%s: %v in %s", name, err, text)
		}
		again, err := json.Marshal(q)
		if err != nil || string(again) != string(text) {
			t.Errorf("%s: %s (%v) became of %s", name, again, err, text)
		}
		back, _ := q.Linear()
		if !mat.Equal(back.A(), by.A()) {
			t.Errorf("%s: another matrix came back", name)
		}
	}
	for text, want := range map[string]string{
		`{"kind":"wavelet"}`:                                                 `measurement: operator: kind: "wavelet" is not known; want one of convolution, fourier, identity, mask, pooling`,
		`{"kind":"identity","dim":0}`:                                        "measurement: operator: dim: 0, want at least 1",
		`{"kind":"identity","dim":3}`:                                        "measurement: operator: it is of R^3, want R^2",
		`{"kind":"mask","dim":2,"kept":[2]}`:                                 "measurement: operator: mask: kept[0] is 2, want a coordinate from 0 to 1",
		`{"kind":"mask","dim":2,"kept":[1,1]}`:                               "measurement: operator: mask: coordinate 1 is kept twice",
		`{"kind":"mask","dim":2,"kept":[]}`:                                  "measurement: operator: mask: no coordinates are kept, want at least one",
		`{"kind":"pooling","height":1,"width":2,"block":0}`:                  "measurement: operator: pooling: blocks of 0 pixels, want at least 1",
		`{"kind":"pooling","height":0,"width":2,"block":1}`:                  "measurement: operator: pooling: an image of 0 x 2, want positive numbers",
		`{"kind":"convolution","height":1,"width":2,"kernel":[[1,1]]}`:       "measurement: operator: convolution: a kernel of 1 x 2, want odd numbers",
		`{"kind":"convolution","height":1,"width":2,"kernel":[[1,1,-1]]}`:    "measurement: operator: convolution: kernel[0][2] is -1, want a finite number from 0",
		`{"kind":"convolution","height":1,"width":2,"kernel":[[1,0,1]]}`:     "measurement: operator: convolution: the kernel has 0 in the middle and the sum 2, want positive finite numbers",
		`{"kind":"fourier","height":1,"width":2,"frequencies":[[0,2]]}`:      "measurement: operator: fourier: frequencies[0] is (0, 2), want from (0, 0) to (0, 1)",
		`{"kind":"fourier","height":1,"width":2,"frequencies":[[0]]}`:        "measurement: operator: frequencies[0]: 1 numbers, want 2",
		`{"kind":"fourier","height":1,"width":2,"frequencies":[]}`:           "measurement: operator: fourier: no frequencies are given, want at least one",
		`{"kind":"identity","dim":2,"more":1}`:                               `measurement: operator: unknown key "more"; it takes kind, dim`,
		`{"kind":"pooling","height":1,"width":2,"block":1,"height":[1,"x"]}`: `measurement: operator: key "height" is given twice`,
	} {
		_, err := ParseProblem([]byte(`{"name":"p","prior":{"kind":"gaussian","mean":[0,0],"sd":1},"measurement":{"dim":2,"beta":1,"operator":` + text + `}}`))
		if got := "problem p: " + want; err == nil || err.Error() != got {
			t.Errorf("%s: %v, want %s", text, err, got)
		}
	}
}
