package run

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"assay/internal/place"
)

// Calls that are answered elsewhere are files of a folder, each beside its answer: NAME.call.json
// and NAME.answer.json, where NAME is the ID of the call.
const (
	callSuffix   = ".call.json"
	answerSuffix = ".answer.json"
)

// pollEvery is how often a folder is looked at.
const pollEvery = 20 * time.Millisecond

// Offline returns the runner that leaves each call as a file in the folder, and waits until its
// answer is there, by whoever answers it ([AnswerFiles], for one), or ctx is done. An answer
// that is there already is taken. What it cannot write or read is a fault.
func Offline(dir string) Runner { return offline(dir) }

type offline string

// Answer implements [Runner].
func (dir offline) Answer(ctx context.Context, c Call) Answer {
	name := filepath.Join(string(dir), c.name())
	for asked := false; ; asked = true {
		var answer Answer
		err := readJSON(name+answerSuffix, &answer)
		switch {
		case err == nil:
			return answer.checked(c)
		case !errors.Is(err, fs.ErrNotExist):
			return failed(err)
		}
		if !asked {
			if err := writeJSON(name+callSuffix, c); err != nil {
				return failed(err)
			}
		}
		select {
		case <-ctx.Done():
			return failed(ctx.Err())
		case <-time.After(pollEvery):
		}
	}
}

// AnswerFiles has the calls in the folder that have no answer yet answered by the runner, one
// after another, and returns how many. It ends early if ctx is done, and keeps no answer that
// was made after that.
func AnswerFiles(ctx context.Context, dir string, r Runner) (answered int, err error) {
	paths, err := filepath.Glob(filepath.Join(dir, "*"+callSuffix))
	if err != nil {
		return 0, err
	}
	for _, path := range paths {
		to := strings.TrimSuffix(path, callSuffix) + answerSuffix
		if _, err := os.Stat(to); err == nil {
			continue
		}
		var c Call
		if err := readJSON(path, &c); err != nil {
			return answered, err
		}
		answer := r.Answer(ctx, c)
		if err := ctx.Err(); err != nil {
			return answered, err
		}
		answer.Call = c.name()
		if err := writeJSON(to, answer); err != nil {
			return answered, err
		}
		answered++
	}
	return answered, nil
}

func readJSON(path string, value any) error {
	text, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(text, value); err != nil {
		return fmt.Errorf("%s: %w", path, place.InWords(place.InJSON(err, text)))
	}
	return nil
}

// writeJSON writes the file at once: nobody sees a part of it.
func writeJSON(path string, value any) error {
	text, err := json.Marshal(value)
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	file, err := os.CreateTemp(filepath.Dir(path), ".writing-*")
	if err != nil {
		return err
	}
	_, err = file.Write(append(text, '\n'))
	if err = errors.Join(err, file.Close()); err == nil {
		err = os.Rename(file.Name(), path)
	}
	if err != nil {
		return errors.Join(err, os.Remove(file.Name()))
	}
	return nil
}
