package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"assay/internal/fuzz"
	"assay/internal/lock"
	"assay/internal/place"
	"assay/internal/text"
	"assay/props"
	"assay/spec"
)

// shelf is where a campaign keeps its files in a folder: its counterexamples, and the state that is
// needed to go on with it.
type shelf struct {
	folder, candidate string
	stem              string // begins the names of the files
}

// newShelf returns the shelf of campaigns of a candidate with a seed. Two that differ in its
// arguments, its version, the command that it is, or the seed, have no file in common.
func newShelf(folder string, candidate spec.Sampler, command []string, seed uint64) *shelf {
	version := ""
	if c, ok := candidate.(interface{ Version() string }); ok {
		version = c.Version()
	}
	sum := sha256.Sum256(fmt.Appendf(nil, "%q %q %q %d", candidate.Name(), version, command, seed))
	return &shelf{folder, candidate.Name(), fmt.Sprintf("%s-%.4x", slug(candidate.Name()), sum)}
}

// slug returns as much of a name as a file name holds on any system.
func slug(name string) string {
	const most = 40
	plain := strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '-' || r == '_' {
			return r
		}
		return '-'
	}, name)
	return plain[:min(len(plain), most)]
}

// path names a counterexample by where the reduction began, so that each smaller one
// replaces the one before it.
func (s *shelf) path(c *props.Counterexample) string {
	return filepath.Join(s.folder, fmt.Sprintf("%s-%.12s.json", s.stem, c.Origin))
}

func (s *shelf) statePath() string { return filepath.Join(s.folder, s.stem+".campaign") }

func (s *shelf) save(state *fuzz.State) error {
	encoded, err := json.MarshalIndent(state, "", "  ")
	if err != nil {
		return err
	}
	return writeFile(s.statePath(), text.JSON(append(encoded, '\n')))
}

func (s *shelf) keep(c *props.Counterexample) error {
	text, err := c.Encode()
	if err != nil {
		return err
	}
	return writeFile(s.path(c), text)
}

// open takes the shelf for this process, until it is released. It returns the state to go on from,
// which is the given one or, of a campaign that is resumed, the one like it that was saved, and the
// counterexamples of that. What was saved is not overwritten otherwise, unless it is that this campaign
// has ended, at the same limits.
func (s *shelf) open(begun *fuzz.State, resume bool, problems, most int) (state *fuzz.State, kept []*props.Counterexample, release func(), err error) {
	if _, err := os.Stat(s.statePath()); resume && errors.Is(err, fs.ErrNotExist) {
		return nil, nil, nil, fmt.Errorf("--resume: there is no %s; nothing to go on with%s", s.statePath(), s.others())
	}
	if err := os.MkdirAll(s.folder, 0o777); err != nil {
		return nil, nil, nil, err
	}
	path := filepath.Join(s.folder, s.stem+".lock")
	held, err := lock.Hold(path)
	switch {
	case errors.Is(err, lock.ErrHeld):
		return nil, nil, nil, fmt.Errorf("%s: another process runs this campaign; wait for its end, or give another folder by --out or another --seed", path)
	case err != nil:
		return nil, nil, nil, fmt.Errorf("%s: %w", path, err)
	}
	defer func() {
		if err != nil {
			held.Release()
		}
	}()
	sweep(s.folder, s.stem+`[-.].*`)
	if resume {
		state, kept, err = s.load(begun)
		return state, kept, held.Release, err
	}
	if text, err := os.ReadFile(s.statePath()); !errors.Is(err, fs.ErrNotExist) {
		if saved, err := s.parse(text, begun); err == nil && saved.Ended != nil && saved.Ended.Problems == problems && saved.Ended.Most == most {
			return begun, nil, held.Release, nil // it will end like that again
		}
		return nil, nil, nil, fmt.Errorf("%s holds a campaign of this candidate and seed: go on with it by --resume, or begin anew in another folder by --out", s.statePath())
	}
	return begun, nil, held.Release, nil
}

// others says which campaigns of the candidate there are in the folder, if any.
func (s *shelf) others() string {
	var seeds []string
	entries, _ := os.ReadDir(s.folder)
	for _, entry := range entries {
		var saved fuzz.State
		if !strings.HasSuffix(entry.Name(), ".campaign") {
			continue
		}
		if text, err := os.ReadFile(filepath.Join(s.folder, entry.Name())); err == nil && json.Unmarshal(text, &saved) == nil && saved.Candidate == s.candidate {
			seeds = append(seeds, fmt.Sprintf("%s (--seed %d)", entry.Name(), saved.Seed))
		}
	}
	if len(seeds) == 0 {
		return ""
	}
	return "; there is " + strings.Join(seeds, ", ")
}

// counterexamples returns the paths of those that campaigns on the shelf have found.
func (s *shelf) counterexamples() ([]string, error) {
	entries, err := os.ReadDir(s.folder)
	var paths []string
	for _, entry := range entries { // in order of their names
		if strings.HasPrefix(entry.Name(), s.stem+"-") && filepath.Ext(entry.Name()) == ".json" {
			paths = append(paths, filepath.Join(s.folder, entry.Name()))
		}
	}
	return paths, err
}

// load returns the state that was saved, which must be of a campaign like the given one, and
// the counterexamples to the candidate.
func (s *shelf) load(like *fuzz.State) (*fuzz.State, []*props.Counterexample, error) {
	text, err := os.ReadFile(s.statePath())
	if err != nil {
		return nil, nil, err
	}
	state, err := s.parse(text, like)
	if err != nil {
		return nil, nil, err
	}
	paths, err := s.counterexamples()
	var kept []*props.Counterexample
	for _, path := range paths {
		c, err := props.ReadCounterexample(path)
		if err != nil {
			return nil, nil, err
		}
		if c.Candidate == s.candidate {
			kept = append(kept, c)
		}
	}
	return state, kept, err
}

// parse reads a state, which must be of a campaign like the given one.
func (s *shelf) parse(content []byte, like *fuzz.State) (*fuzz.State, error) {
	state := &fuzz.State{}
	d := json.NewDecoder(bytes.NewReader(content))
	d.DisallowUnknownFields()
	err := place.InWords(place.InJSON(d.Decode(state), content))
	if err == nil {
		err = state.Check()
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w; remove it, or begin anew in another folder by --out", s.statePath(), err)
	}
	if state.Candidate != like.Candidate || state.Family != like.Family || state.Alpha != like.Alpha || state.Seed != like.Seed || state.Draws != like.Draws {
		return nil, fmt.Errorf("%s is a campaign of %s --family %s --alpha %v --draws %d --seed %d; give the same, or begin anew in another folder by --out",
			s.statePath(), state.Candidate, state.Family, state.Alpha, state.Draws, state.Seed)
	}
	if !slices.Equal(state.Witnesses, like.Witnesses) {
		return nil, fmt.Errorf("%s is a campaign with %s; say --witness as then, or begin anew in another folder by --out", s.statePath(), fuzz.OwnWitnesses(state.Witnesses))
	}
	return state, nil
}
