package run

import (
	"encoding/hex"
	"errors"
	"fmt"

	"assay/internal/digest"
	"assay/internal/identity"
	"assay/internal/version"
	"assay/spec"
)

// JournalOf says what the answers in a journal are answers of.
type JournalOf struct {
	Samplers []spec.Sampler // all that are asked through it
	Problems []*spec.Problem
	// Say is told what a user should know, a line at a time; nil for nobody.
	Say func(string)
}

// OpenJournal opens the journal at path, which is made if there is none. It is an error, and the
// file is left alone, if it holds answers of something else: of other samplers, by name and, for
// programs, all that is known of them, on other problems, by digest, or asked by a program that was built from other sources, as a
// test is whose candidate was edited; the error names what differs. So it is if the file is
// damaged, which names the line, if another process has it open, or if it is no regular file. A
// last line that was cut short, as when the process was killed, is dropped.
func OpenJournal(path string, of JournalOf) (*Journal, error) {
	return openJournal(path, of.key, of.Say)
}

// key returns the parts of the key.
func (of JournalOf) key() (key []identity.Part, err error) {
	if len(of.Samplers) == 0 {
		return nil, errors.New("a journal of no sampler: name all that are asked through it")
	}
	for i, sampler := range of.Samplers {
		if sampler == nil {
			return nil, fmt.Errorf("sampler %d of %d of the journal is nil: want a spec.Sampler", i+1, len(of.Samplers))
		}
		prefix := ""
		if i > 0 {
			prefix = fmt.Sprintf("of sampler %d: ", i+1)
		}
		key = append(key, identity.Part{Name: prefix + "candidate", Value: sampler.Name()})
		identified, ok := sampler.(identity.Identified)
		if !ok {
			continue
		}
		parts, err := identified.Identity()
		if err != nil {
			return nil, err
		}
		for _, part := range parts {
			part.Name = prefix + part.Name
			key = append(key, part)
		}
	}
	for i, p := range of.Problems {
		if p == nil {
			return nil, fmt.Errorf("problem %d of %d of the journal is nil: want one of spec.NewProblem", i+1, len(of.Problems))
		}
		key = append(key, identity.Part{Name: fmt.Sprintf("problem %d", i+1), Value: fmt.Sprintf("%s with digest %s", p.Name(), hex.EncodeToString(p.Digest()))})
	}
	self, err := digest.Self()
	if err != nil {
		return nil, fmt.Errorf("this program cannot be told from others: %w", err)
	}
	return append(key, identity.Part{Name: "version of assay", Value: version.String()}, identity.Part{Name: "executable of assay", Value: self}), nil
}
