// Package identity says what a sampler is beyond its name.
package identity

// Identified is a sampler that is more than its name and the program that asks it, such as a
// program of its own. Whoever keeps its answers keeps its identity beside them, and takes them
// for those of this sampler only as long as that is the same.
type Identified interface {
	// Identity returns all that is known to make its answers what they are, the most telling
	// first. It is an error if that changed since the sampler was made.
	Identity() ([]Part, error)
}

// Part is one part of what something is.
type Part struct {
	Name  string // such as "command" or "file my_sampler.py"; two parts have different names
	Value string
	// Secret says that the value may be, and is to be kept as a digest only.
	Secret bool
}
