package props

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"sync"

	"gonum.org/v1/gonum/mat"
)

// Journal remembers the answers of candidates in a file, so that a judgement that was
// interrupted goes on where it stopped: a call that was answered before is not made
// again. As the bets are a function of the answers, the verdict is that of a run
// without interruption. A journal knows a candidate by its name only; begin a new one
// when the candidate changes.
//
// The file holds one JSON object a line, written whole after each call. It is safe for
// concurrent use by one process.
type Journal struct {
	mu      sync.Mutex
	file    *os.File
	answers map[string][]float64
	err     error // the first that writing met
}

// entry is one line of a journal.
type entry struct {
	Call  string    `json:"call"`  // everything that the answer depends on
	Draws []float64 `json:"draws"` // row by row
}

// OpenJournal opens the journal at path, which is made if there is none. A last line
// that was cut short, as when the process was killed, is dropped; any other line that
// is no entry is an error that names it.
func OpenJournal(path string) (*Journal, error) {
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o666)
	if err != nil {
		return nil, err
	}
	j := &Journal{file: file, answers: map[string][]float64{}}
	if err := j.read(path); err != nil {
		return nil, errors.Join(err, file.Close())
	}
	return j, nil
}

func (j *Journal) read(path string) error {
	reader := bufio.NewReader(j.file)
	var whole int64 // bytes in whole lines
	for number := 1; ; number++ {
		line, err := reader.ReadBytes('\n')
		if errors.Is(err, io.EOF) {
			const start = `{"call":`
			if n := min(len(line), len(start)); string(line[:n]) != start[:n] {
				return notAJournal(path, number, errors.New("it does not start like one"))
			}
			break
		}
		if err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
		var e entry
		decoder := json.NewDecoder(bytes.NewReader(line))
		decoder.DisallowUnknownFields()
		if err := decoder.Decode(&e); err != nil || e.Call == "" {
			return notAJournal(path, number, err)
		}
		j.answers[e.Call] = e.Draws
		whole += int64(len(line))
	}
	if err := j.file.Truncate(whole); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	_, err := j.file.Seek(whole, io.SeekStart)
	return err
}

func notAJournal(path string, line int, err error) error {
	return fmt.Errorf("%s:%d: no line of a journal (%v); want a file that assay wrote, or one that does not exist yet", path, line, err)
}

// Close closes the file and returns the first error that writing met.
func (j *Journal) Close() error {
	j.mu.Lock()
	defer j.mu.Unlock()
	return errors.Join(j.err, j.file.Close())
}

// recall returns the n x d answer to a call, nil if there is none.
func (j *Journal) recall(call string, n, d int) *mat.Dense {
	j.mu.Lock()
	defer j.mu.Unlock()
	answer, ok := j.answers[call]
	if !ok || len(answer) != n*d {
		return nil
	}
	return mat.NewDense(n, d, slices.Clone(answer))
}

// remember writes the answer to a call.
func (j *Journal) remember(call string, draws *mat.Dense) {
	line, err := json.Marshal(entry{call, draws.RawMatrix().Data})
	j.mu.Lock()
	defer j.mu.Unlock()
	if err == nil && j.err == nil {
		_, err = j.file.Write(append(line, '\n'))
	}
	j.err = errors.Join(j.err, err)
	j.answers[call] = draws.RawMatrix().Data
}
