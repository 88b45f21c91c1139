package inverter

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"

	"assay/internal/circuit"
)

// ErrNoPreimage is the error where there is proof that no input has the image.
var ErrNoPreimage = errors.New("the image has no preimage")

// Inverter finds preimages. Both methods return what was done also with an error,
// which is [ErrNoPreimage] where there is none, ctx.Err() soon after ctx is done, and
// otherwise says why the inverter cannot tell. They draw from rng only, so that the
// same stream gives the same answer, and are safe for concurrent use.
type Inverter interface {
	// Name returns the canonical name, arguments included.
	Name() string
	// Invert returns some x with c(x) = z, of c.Inputs() bits, the first that comes
	// up. It is an error if z is not of c.Outputs() bits.
	Invert(ctx context.Context, c *circuit.Circuit, z []bool, rng *rand.Rand) (x []bool, work Work, err error)
	// Sample returns draws > 0 independent preimages of z, each uniform but for a
	// bias that the inverter states, 0 unless said otherwise.
	Sample(ctx context.Context, c *circuit.Circuit, z []bool, draws int, rng *rand.Rand) (x [][]bool, work Work, err error)
}

// Work is what an inversion did, apart from the time it took.
type Work struct {
	Candidates uint64 // inputs at which the function was looked at one by one
	Solves     uint64 // calls of a SAT solver
	Conflicts  uint64 // of the solver in all calls, where it tells
	Cells      uint64 // random cells listed for uniformity
}

// Add adds what another part of the inversion did.
func (w *Work) Add(other Work) {
	w.Candidates += other.Candidates
	w.Solves += other.Solves
	w.Conflicts += other.Conflicts
	w.Cells += other.Cells
}

// checkImage returns the error of an image that is not one of the circuit's.
func checkImage(c *circuit.Circuit, z []bool) error {
	if len(z) != c.Outputs() {
		return fmt.Errorf("an image of %d bits for a function with %d outputs", len(z), c.Outputs())
	}
	return nil
}

// checkPreimage returns an error unless c(x) = z: nobody's word is taken for it.
func checkPreimage(c *circuit.Circuit, z, x []bool) error {
	if !slices.Equal(c.Eval(x), z) {
		return errors.New("what was found is not a preimage")
	}
	return nil
}

// projection is a circuit without the inputs on which no output depends. Those are
// free: a preimage stays one whatever they are.
type projection struct {
	*circuit.Circuit
	all  int
	used []int // the inputs kept, in order
}

func project(c *circuit.Circuit) projection {
	free := map[int]bool{}
	for i := range c.Inputs() {
		free[i] = false
	}
	for _, inputs := range c.Support() {
		for _, i := range inputs {
			delete(free, i)
		}
	}
	p := projection{Circuit: c, all: c.Inputs()}
	for i := range c.Inputs() {
		if _, ok := free[i]; !ok {
			p.used = append(p.used, i)
		}
	}
	if len(free) > 0 {
		p.Circuit = c.Specialise(free)
	}
	return p
}

// lift returns the input of the whole circuit whose used inputs are x and whose others
// are fair bits.
func (p projection) lift(x []bool, rng *rand.Rand) []bool {
	whole := make([]bool, p.all)
	used := 0
	for i := range whole {
		if used < len(p.used) && p.used[used] == i {
			whole[i] = x[used]
			used++
		} else {
			whole[i] = rng.Uint64()&1 == 1
		}
	}
	return whole
}
