package spec

// origin says where a problem comes from. It does not change the problem, nor its digest.
type origin struct {
	read     string
	warnings []string
}

// From returns the problem as one that comes from a file: what was read there, in words, for
// its user to compare with what was meant, and what to know about it, a sentence each.
func (p *Problem) From(read string, warnings ...string) *Problem {
	from := *p
	from.origin = origin{read, warnings}
	return &from
}

// Read returns what was read from a file and what to know about it; see [Problem.From]. The
// words are empty for a problem that is not from a file.
func (p *Problem) Read() (words string, warnings []string) {
	return p.origin.read, p.origin.warnings
}
