package power

import "assay/internal/selftest/mutants"

// Mutants returns the deliberately wrong samplers of package mutants.
func Mutants() []Case {
	var cases []Case
	for _, m := range mutants.List() {
		cases = append(cases, Case{Name: m.Name, Problem: m.Problem, Sampler: m.Sampler, Remark: m.Undetectable})
	}
	return cases
}
