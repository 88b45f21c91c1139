package spec

// Origin says where a problem comes from, for its user to compare with what was meant. It
// does not change the problem, nor its digest.
type Origin struct {
	Read     string   // what was read from a file, in words; empty if nothing was
	Warnings []string // what about it a user should know, a sentence each
}

// From returns the problem with another origin.
func (p *Problem) From(o Origin) *Problem {
	from := *p
	from.origin = o
	return &from
}

// Origin returns where the problem comes from.
func (p *Problem) Origin() Origin { return p.origin }
