package run

import (
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"sync"

	"gonum.org/v1/gonum/mat"

	"assay/internal/parallel"
)

// Journal remembers the answers of samplers in a file, so that a judgement that was
// interrupted goes on where it stopped: a call that was answered before is not made
// again. As the bets are a function of the answers, the verdict is that of a run
// without interruption. A journal knows a sampler by its name only; begin a new one
// when the sampler changes.
//
// The file holds one JSON object a line, a [Call] and its [Answer], written whole after each
// call. It is safe for concurrent use by one process.
type Journal struct {
	mu      sync.Mutex
	file    *os.File
	answers map[[sha256.Size]byte]Answer // by the ID of the call
	err     error                        // the first that writing met
}

// entry is one line of a journal.
type entry struct {
	Call   *Call   `json:"call"`
	Answer *Answer `json:"answer"`
}

// OpenJournal opens the journal at path, which is made if there is none. A last line
// that was cut short, as when the process was killed, is dropped; any other line that
// is no entry is an error that names it.
func OpenJournal(path string) (*Journal, error) {
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o666)
	if err != nil {
		return nil, err
	}
	j := &Journal{file: file, answers: map[[sha256.Size]byte]Answer{}}
	if err := j.read(path); err != nil {
		return nil, errors.Join(err, file.Close())
	}
	return j, nil
}

const (
	lineStart    = `{"call":{`
	oldLineStart = `{"call":"` // of journals in which a call was not yet an object
)

func (j *Journal) read(path string) error {
	reader := bufio.NewReader(j.file)
	var whole int64 // bytes in whole lines
	for number := 1; ; number++ {
		line, err := reader.ReadBytes('\n')
		if err != nil && !errors.Is(err, io.EOF) {
			return fmt.Errorf("%s: %w", path, err)
		}
		if strings.HasPrefix(string(line), oldLineStart) {
			return fmt.Errorf("%s:%d: a line of a journal that an older assay wrote, which this one cannot go on with; want a file that does not exist yet", path, number)
		}
		if err != nil {
			if n := min(len(line), len(lineStart)); string(line[:n]) != lineStart[:n] {
				return notAJournal(path, number, errors.New("it does not start like one"))
			}
			break
		}
		var e entry
		if err := strictly(line, &e); err != nil || e.Call == nil || e.Answer == nil {
			return notAJournal(path, number, err)
		}
		j.answers[e.Call.ID()] = *e.Answer
		whole += int64(len(line))
	}
	if err := j.file.Truncate(whole); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	_, err := j.file.Seek(whole, io.SeekStart)
	return err
}

func notAJournal(path string, line int, err error) error {
	if err == nil {
		err = errors.New("it has no call or no answer")
	}
	return fmt.Errorf("%s:%d: no line of a journal (%v); want a file that assay wrote, or one that does not exist yet", path, line, err)
}

// Close closes the file and returns the first error that writing met.
func (j *Journal) Close() error {
	j.mu.Lock()
	defer j.mu.Unlock()
	return errors.Join(j.err, j.file.Close())
}

// recall returns the answer to a call, if there is one that fits.
func (j *Journal) recall(c Call) (answer Answer, ok bool) {
	id := c.ID()
	j.mu.Lock()
	defer j.mu.Unlock()
	answer, ok = j.answers[id]
	if !ok || answer.check(c) != nil {
		return Answer{}, false
	}
	answer.Draws = mat.DenseCopyOf(answer.Draws)
	return answer, true
}

// remember writes the answer to a call. One at a y that is not finite has no JSON form, and is not
// remembered.
func (j *Journal) remember(c Call, answer Answer) {
	answer.Draws = mat.DenseCopyOf(answer.Draws)
	line, err := json.Marshal(entry{&c, &answer})
	if unsupported := (*json.UnsupportedValueError)(nil); errors.As(err, &unsupported) {
		return
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	if err == nil && j.err == nil {
		_, err = j.file.Write(append(line, '\n'))
	}
	j.err = errors.Join(j.err, err)
	j.answers[c.ID()] = answer
}

// Journalled returns the runner that asks the journal first, and tells it what the other runner
// answers, faults apart: those may pass. Without a journal it is that runner.
func Journalled(r Runner, j *Journal) Runner {
	if j == nil {
		return r
	}
	return journalled{r, j}
}

type journalled struct {
	Runner
	journal *Journal
}

// AtOnce is that of the runner behind, or zeros if it does not say.
func (r journalled) AtOnce(numbers int) (now, most int) {
	return parallel.AtOnce(r.Runner, numbers)
}

// Answer implements [Runner].
func (r journalled) Answer(ctx context.Context, c Call) Answer {
	if answer, ok := r.journal.recall(c); ok {
		return answer
	}
	answer := r.Runner.Answer(ctx, c)
	if answer.Fault == nil {
		r.journal.remember(c, answer)
	}
	return answer
}
