package evidence

import (
	"slices"
	"strings"

	"assay/spec"
)

// Names of witnesses that need more of a problem than draws.
const (
	nameLikelihood = "log-likelihood"
	namePrior      = "log prior density"
	nameTail       = "weight of the tail"
	nameDepth      = "depth in the tail"
	namePosterior  = "log posterior density"
	nameAgreement  = "agreement of A x with y"
	nameNearness   = "nearness to the prior draw that fits y best"
)

// without says which of the witnesses that a problem could have are not among the names
// given, and what it lacks. Pairs have none of the tail whatever the problem is.
func without(p *spec.Problem, names []string, pairs bool) string {
	wanted := []string{namePrior}
	if !pairs {
		wanted = append(wanted, nameTail, nameDepth)
	}
	var lacks []string
	if _, ok := p.Density(); !ok {
		lacks = append(lacks, "density of x")
	}
	if p.Rows() > 0 {
		wanted = append(wanted, nameLikelihood, namePosterior, nameAgreement, nameNearness)
		if _, ok := p.Likelihood(); !ok {
			lacks = append(lacks, "likelihood")
		}
		if _, ok := p.Forward(); !ok {
			lacks = append(lacks, "noiseless map from x to y")
		}
	}
	missing := slices.DeleteFunc(wanted, func(name string) bool { return slices.Contains(names, name) })
	if len(lacks) == 0 || len(missing) == 0 {
		return ""
	}
	return "no " + strings.Join(lacks, " and no ") + " is known: judged without the witnesses " + strings.Join(missing, ", ")
}
