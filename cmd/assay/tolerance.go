package main

import (
	"errors"

	"assay/spec"
)

// tolerance is what the command line says that counts as right.
type tolerance struct {
	Tau   float64 `default:"0" placeholder:"DISTANCE" help:"Tolerance: distance, in the units of x, that a right draw may be off by."`
	Delta float64 `default:"0" placeholder:"PROBABILITY" help:"Tolerance, as in Definition 1.5: at all but this share of y, all but this share of the draws are within tau."`
	Joint bool    `help:"Count failures over y and draws together: all but delta of the draws over all y are within tau. A sampler by Definition 1.5 is one so at 1 - (1 - delta)^2."`
}

// null returns the tolerance, of the paper's form unless --joint was given.
func (t tolerance) null() spec.Tolerance {
	null := spec.Tolerance{Tau: t.Tau, Delta: t.Delta}
	if t.Joint {
		null.Form = spec.Joint
	}
	return null
}

// mistake returns what is out of its range, if anything is.
func (t tolerance) mistake() error { return t.null().Check() }

// checkMistake returns what does not go with --joint in a judgement at the given number of
// single y, 0 for all y.
func (t tolerance) checkMistake(local int) error {
	switch {
	case t.Joint && t.null().Exact():
		return errors.New("--joint goes with --tau or --delta: without them the exact posterior is asked for")
	case t.Joint && local > 0:
		return errors.New("--joint does not go with --local: it counts failures over all y; at single y a tolerance holds at each of them")
	}
	return nil
}

// flags returns the flags that say the same.
func (t tolerance) flags() []string {
	flags := []string{"--tau", number(t.Tau), "--delta", number(t.Delta)}
	if t.Joint {
		flags = append(flags, "--joint")
	}
	return flags
}
