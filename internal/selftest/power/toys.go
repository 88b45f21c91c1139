package power

import (
	"assay/spec"
)

// Case is a candidate on a problem.
type Case struct {
	Name    string
	Problem *spec.Problem
	Sampler spec.Sampler
	// Goals are the median calls that the design's own simulation needed, by the
	// number of draws a call; nil if it is not among them.
	Goals map[int]Goal
	// Remark says what is known of a case on which the evidence needs more calls than
	// it should; it is printed where that is so.
	Remark string
}

// Goal is a median number of calls to rejection; 0 if the design's simulation never
// rejected.
type Goal struct{ At1e3, At1e6 int }

// of returns the goal at a false-alarm probability, 0 if there is none.
func (g Goal) of(alpha float64) int {
	switch alpha {
	case 1e-3:
		return g.At1e3
	case 1e-6:
		return g.At1e6
	}
	return 0
}

// Toys returns the wrong samplers of the design's power table, each on its model:
//
//   - y ~ N(0, 4I), x | y ~ N(y, C), C with 1 on the diagonal and rho beside it;
//   - the same in two dimensions but with modes at +-3 in x_1 that y says nothing
//     about: no linear measurement of x could tell where both lie and yet not
//     which of them is meant;
//   - x uniform on {-1, 1}^3, y = x + 1.5 N(0, I).
func Toys() ([]Case, error) {
	plain, err := newNormal("normal", 2, 0)
	if err != nil {
		return nil, err
	}
	pair, err := newNormal("normal rho=0.8", 2, .8)
	if err != nil {
		return nil, err
	}
	ten, err := newNormal("normal rho=0.8 d=10", 10, .8)
	if err != nil {
		return nil, err
	}
	modes, err := newBimodal()
	if err != nil {
		return nil, err
	}
	atoms, err := newAtoms()
	if err != nil {
		return nil, err
	}
	goals := func(l1, l3, l9 Goal) map[int]Goal { return map[int]Goal{1: l1, 3: l3, 9: l9} }
	cases := []Case{
		plain.plant("shift .1 sd", shift(.1), goals(Goal{4976, 7763}, Goal{3053, 5029}, Goal{2795, 4465})),
		plain.plant("shift .3 sd", shift(.3), goals(Goal{555, 874}, Goal{338, 572}, Goal{296, 495})),
		plain.plant("shift 1 sd", shift(1), goals(Goal{62, 101}, Goal{39, 62}, Goal{30, 48})),
		plain.plant("spread .8", spread(.8), goals(Goal{233, 376}, Goal{152, 251}, Goal{122, 204})),
		plain.plant("spread .9", spread(.9), goals(Goal{981, 1706}, Goal{754, 1132}, Goal{536, 900})),
		plain.plant("spread 1.1", spread(1.1), goals(Goal{1309, 2210}, Goal{802, 1416}, Goal{671, 1152})),
		plain.plant("spread 1.25", spread(1.25), goals(Goal{245, 421}, Goal{180, 302}, Goal{141, 237})),
		modes.plant("mode missing", weighUpper(1), goals(Goal{42, 70}, Goal{18, 30}, Goal{11, 19})),
		modes.plant("weight .5 to .3", weighUpper(.7), goals(Goal{302, 504}, Goal{193, 330}, Goal{155, 250})),
		modes.plant("weight .5 to .4", weighUpper(.6), goals(Goal{1260, 2234}, Goal{847, 1406}, Goal{670, 1108})),
		modes.plant("missing mode by a hash of y", hashedMode, goals(Goal{}, Goal{20, 33}, Goal{13, 21})),
		plain.plant("t3 tails", studentT(3), goals(Goal{219, 388}, Goal{133, 225}, Goal{98, 165})),
		plain.plant("t5 tails", studentT(5), goals(Goal{1010, 1437}, Goal{664, 1044}, Goal{476, 756})),
		plain.plant("ignores y", ignore, goals(Goal{26, 42}, Goal{15, 24}, Goal{11, 17})),
		pair.plant("correlation .8 to .6", correlate(.6), goals(Goal{367, 614}, Goal{227, 384}, Goal{191, 306})),
		ten.plant("correlation .8 to .6, d = 10, every pair", correlate(.6), goals(Goal{36, 59}, Goal{22, 35}, Goal{17, 28})),
		ten.plant("correlation .8 to .6, d = 10, one pair", decorrelateOne, goals(Goal{1277, 2096}, Goal{788, 1262}, Goal{539, 786})),
		atoms.plant("1 of 8 atoms missing", withoutAtom, goals(Goal{141, 221}, Goal{72, 112}, Goal{46, 72})),
		atoms.plant("missing atom by a hash of y", withoutHashedAtom, goals(Goal{}, Goal{1945, 2891}, Goal{586, 845})),
	}
	for i := range cases {
		cases[i].Remark = remarks[cases[i].Name]
	}
	return cases, nil
}

// remarks are about the cases on which the evidence is known to be slow.
var remarks = map[string]string{
	"t3 tails":                    tailRemark,
	"t5 tails":                    tailRemark,
	"weight .5 to .4":             marginRemark,
	"shift .1 sd":                 marginRemark,
	"missing mode by a hash of y": hashRemark,
	"missing atom by a hash of y": hashRemark,
}

const (
	tailRemark   = "Heavy tails are the known weak spot: few of the witnesses see them, and the rival is given the best number of calls."
	marginRemark = "Only x_1 is wrong, and a rival that is given the best number of calls spends little on what else could be."
	hashRemark   = "With one draw a call nothing but the bits of y tells a wrong pool from a right one; more draws show what is missing among them."
)

// rightModels returns the right sampler on three of the models of [Toys]: continuous, with
// two modes, and discrete.
func rightModels() ([]Case, error) {
	plain, err := newNormal("normal", 2, 0)
	if err != nil {
		return nil, err
	}
	modes, err := newBimodal()
	if err != nil {
		return nil, err
	}
	atoms, err := newAtoms()
	if err != nil {
		return nil, err
	}
	return []Case{
		plain.plant("normal", exactly(), nil),
		modes.plant("two modes", exactly(), nil),
		atoms.plant("8 atoms", exactly(), nil),
	}, nil
}
