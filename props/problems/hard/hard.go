// Package hard is the family of problems that are as hard as a one-way function:
// the hard instances of package reduction under names such as "hard:goldreich:n=16".
//
// It registers itself with package problems when it is imported, as an image format
// does with package image: judging needs no circuits, so neither the catalogue nor
// what judges depends on this package, and whoever wants its names imports it,
//
//	import _ "assay/props/problems/hard"
//
// A registration before main starts needs no lock and cannot be forgotten by one of
// two callers, as a call could be.
package hard

import (
	"slices"
	"strings"

	"assay/internal/catalogue"
	"assay/internal/registry"
	"assay/reduction"
	"assay/reduction/oneway"
	"assay/spec"
)

// prefix starts the name of a hard instance: hard:FUNCTION, where FUNCTION is the
// name of a one-way function, with the dials of the instance among its arguments.
const prefix = "hard:"

// example is the one that the catalogue lists.
const example = "goldreich:n=12,m=12"

func init() {
	registry.Add(registry.Family{
		Prefix:      prefix,
		Argument:    "FUNCTION",
		Example:     example,
		Description: "posterior as hard as inverting the one-way function that is named after hard:",
		Read:        read,
	})
}

// dialKeys are the arguments of a hard instance that are not the function's.
var dialKeys = []string{"R", "eps", "beta", "padding", "encoding"}

// Parse returns the hard instance of a name such as "goldreich:n=16,eps=0.5", as
// after "hard:", and the name with every argument spelled out.
func Parse(name string) (in *reduction.Instance, canonical string, err error) {
	base, rest, _ := strings.Cut(name, ":")
	var own, dials []string
	for field := range strings.SplitSeq(rest, ",") {
		key, _, _ := strings.Cut(field, "=")
		switch {
		case slices.Contains(dialKeys, key):
			dials = append(dials, field)
		case field != "" || strings.Contains(rest, ","): // a stray comma is the function's to report
			own = append(own, field)
		}
	}
	f, err := oneway.Parse(joined(base, own))
	if err != nil {
		return nil, "", err
	}
	_, args, err := catalogue.ParseName(joined("hard", dials))
	if err != nil {
		return nil, "", err
	}
	d := reduction.DefaultDials()
	d.R = args.Float("R", d.R, 1e-3, 1e6)
	d.Eps = args.Float("eps", d.Eps, 1e-3, 1e3)
	d.Beta = args.Float("beta", d.Eps/10, 1e-9, 1e9)
	d.Padding = args.Int("padding", 0, 0, 1e6)
	d.Encoding = reduction.Encoding(args.Choice("encoding", string(d.Encoding), string(reduction.Lattice), string(reduction.Vertex)))
	if err := args.Err(); err != nil {
		return nil, "", err
	}
	in, err = reduction.New(f, d)
	if err != nil {
		return nil, "", err
	}
	_, spelled, _ := strings.Cut(args.Name(), ":")
	return in, f.Name + separator(f.Name) + spelled, nil
}

// joined returns base:field,field, or base alone.
func joined(base string, fields []string) string {
	if len(fields) == 0 {
		return base
	}
	return base + ":" + strings.Join(fields, ",")
}

// separator returns what stands between a name and its next argument.
func separator(name string) string {
	if strings.Contains(name, ":") {
		return ","
	}
	return ":"
}

// read is [problems.Family.Read] of the family.
func read(function string) (canonical string, build func(name string) (*spec.Problem, error), err error) {
	in, canonical, err := Parse(function)
	if err != nil {
		return "", nil, err
	}
	return canonical, in.Problem, nil
}
