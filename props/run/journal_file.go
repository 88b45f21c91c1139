package run

import (
	"bufio"
	"bytes"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"regexp"
	"slices"

	"assay/internal/identity"
	"assay/internal/lock"
)

// The file of a journal is lines of JSON, each an object whose last key is the sum of its line:
//
//	{"journal":"assay journal 2","salt":...,"key":[{"part":...,"value":...},...],"sum":"..."}
//	{"call":{...},"answer":{...},"sum":"..."}
//	...
//
// A sum is half of the SHA-256 of the sum before it and of the line up to its own, so that none
// fits any more once a line is changed, left out, put in or moved. It finds damage and
// what an editor did, not who makes a journal anew with sums that fit.
const (
	journalFormat = "assay journal 2"
	headStart     = `{"journal":"` + journalFormat + `",`
	lineStart     = `{"call":{`
	sumStart      = `,"sum":"`
	sumEnd        = "\"}\n"
	sumSize       = len(sumStart) + 2*len(sum{}) + len(sumEnd)
)

// otherFormats begin the journals of other versions; the first did without a head.
var otherFormats = regexp.MustCompile(`^\{"(call":["{]|journal":"assay journal )`)

// head is the first line.
type head struct {
	Journal string `json:"journal"`
	Salt    string `json:"salt"` // of the digests in the key
	Key     []fact `json:"key"`
}

// entry is one of the others. What the sampler answered is read when it is asked for.
type entry struct {
	Call   *Call           `json:"call"`
	Answer json.RawMessage `json:"answer"`
}

// entryOf returns the JSON form of an entry.
func entryOf(c Call, a Answer) ([]byte, error) {
	call, err := c.MarshalJSON()
	if err != nil {
		return nil, err
	}
	answer, err := a.MarshalJSON()
	if err != nil {
		return nil, err
	}
	return slices.Concat([]byte(`{"call":`), call, []byte(`,"answer":`), answer, []byte("}")), nil
}

// sum is that of a line.
type sum [sha256.Size / 2]byte

// sealed returns the line that holds a JSON object, and its sum, which becomes s.
func (s *sum) sealed(object []byte) []byte {
	body := object[:len(object)-1]
	s.add(body)
	line := make([]byte, 0, len(body)+sumSize)
	line = append(append(line, body...), sumStart...)
	return append(hex.AppendEncode(line, s[:]), sumEnd...)
}

func (s *sum) add(body []byte) {
	h := sha256.New()
	h.Write(s[:])
	h.Write(body)
	copy(s[:], h.Sum(nil))
}

// opened returns the JSON object that a line holds, if its sum fits, which becomes s.
func (s *sum) opened(line []byte) (object []byte, fits bool) {
	n := len(line) - sumSize
	if n < 1 {
		return nil, false
	}
	next := *s
	next.add(line[:n])
	if string(line[n:]) != sumStart+hex.EncodeToString(next[:])+sumEnd {
		return nil, false
	}
	*s = next
	return append(line[:n:n], '}'), true
}

// lockJournal keeps others from opening the journal.
func lockJournal(file *os.File) error {
	err := lock.File(file)
	if errors.Is(err, lock.ErrHeld) {
		return errLocked
	}
	return err
}

// errLocked is why a journal that somebody has open is refused.
var errLocked = errors.New("another run has this journal open; wait for its end, or name another file")

// openRegular opens a file to be read and written, which is made if there is none. What is not a
// regular file, also behind a link, is refused: a pipe or a device gives nothing back.
func openRegular(path string) (*os.File, error) {
	regular := func(info fs.FileInfo) error {
		if info.Mode().IsRegular() {
			return nil
		}
		return fmt.Errorf("%s is %s; want a file, or the name of one that does not exist yet", path, kind(info.Mode()))
	}
	if info, err := os.Stat(path); err == nil {
		if err := regular(info); err != nil {
			return nil, err
		}
	}
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o666)
	if err != nil {
		return nil, err
	}
	info, err := file.Stat()
	if err == nil {
		err = regular(info) // it may have become another since
	}
	if err != nil {
		return nil, errors.Join(err, file.Close())
	}
	return file, nil
}

// kind says in words what is not a regular file.
func kind(mode fs.FileMode) string {
	switch {
	case mode.IsDir():
		return "a folder"
	case mode&fs.ModeNamedPipe != 0:
		return "a pipe"
	case mode&fs.ModeSocket != 0:
		return "a socket"
	case mode&fs.ModeDevice != 0:
		return "a device"
	}
	return "no regular file"
}

// read finds the answers in the file, if it is of this key, and where it ends. A file that is
// empty, or in which the head alone is cut short, becomes one with a head.
func (j *Journal) read(size int64, key []identity.Part) error {
	reader := bufio.NewReaderSize(io.NewSectionReader(j.file, 0, size), 1<<16)
	start, err := reader.Peek(int(min(size, int64(len(headStart)))))
	if err != nil {
		return fmt.Errorf("%s: %w", j.path, err)
	}
	switch {
	case string(start) == headStart[:len(start)]: // the whole of it, or cut short
	case otherFormats.Match(start):
		return fmt.Errorf("%s:1: a journal of another version of assay, which this one cannot go on with; delete it, or name a file that does not exist yet", j.path)
	default:
		return fmt.Errorf("%s:1: no journal: its first line does not begin as that of one; want a file that assay wrote, or one that does not exist yet", j.path)
	}
	for number := 1; ; number++ {
		line, err := reader.ReadBytes('\n')
		if errors.Is(err, io.EOF) {
			return j.cut(number, line, key)
		}
		if err != nil {
			return fmt.Errorf("%s: %w", j.path, err)
		}
		before := j.sum
		object, fits := j.sum.opened(line)
		switch {
		case !fits:
			return j.damaged(number, "its sum does not fit: something changed it, or a line before it was left out, put in or moved")
		case number == 1:
			err = j.compare(object, key)
		default:
			err = j.found(number, object, position{j.end, len(line), before})
		}
		if err != nil {
			return err
		}
		j.end += int64(len(line))
	}
}

// compare is an error if the head says that the journal is of another key.
func (j *Journal) compare(object []byte, key []identity.Part) error {
	var h head
	if err := strictly(object, &h); err != nil {
		return j.damaged(1, err.Error())
	}
	salt, err := hex.DecodeString(h.Salt)
	if err != nil {
		return j.damaged(1, err.Error())
	}
	j.salt, j.key = salt, h.Key
	now, err := facts(key, salt)
	if err != nil {
		return err
	}
	if differ := changes(h.Key, now); len(differ) > 0 {
		return fmt.Errorf("%s holds the answers of something else: %s; make that as it was, or delete the journal, or name another", j.path, tell(differ))
	}
	return nil
}

// found notes where the answer to a call is.
func (j *Journal) found(number int, object []byte, at position) error {
	var e entry
	if err := strictly(object, &e); err != nil {
		return j.damaged(number, err.Error())
	}
	if e.Call == nil || e.Answer == nil {
		return j.damaged(number, "it has no call or no answer")
	}
	j.places[e.Call.ID()] = at
	return nil
}

// damaged is the error of a line that is whole and wrong: it begins where the journal so far ends.
func (j *Journal) damaged(number int, how string) error {
	way := "delete it"
	if number > 1 {
		way = fmt.Sprintf("the %d bytes before that are sound: cut it there, or delete it", j.end)
	}
	return fmt.Errorf("%s:%d: damaged in the line that begins at byte %d (%s); %s", j.path, number, j.end, how, way)
}

// cut ends the reading: it cuts off the beginning of a line that was still being written when
// the process was killed or the disk was full. After a failure of power zeros may stand for what was not
// written.
func (j *Journal) cut(number int, rest []byte, key []identity.Part) error {
	begins := lineStart
	if number == 1 {
		begins = headStart
	}
	text := bytes.TrimRight(rest, "\x00")
	if n := min(len(text), len(begins)); string(text[:n]) != begins[:n] {
		return j.damaged(number, "it does not begin as a line of a journal")
	}
	if len(rest) > 0 {
		if err := j.file.Truncate(j.end); err != nil {
			return fmt.Errorf("%s: %w", j.path, err)
		}
		j.say(fmt.Sprintf("%s:%d: the last line, from byte %d on, was cut short, as when a process is killed; it is dropped, and its call made again", j.path, number, j.end))
	}
	if number == 1 {
		if err := j.entitle(key); err != nil {
			return err
		}
	}
	j.begun = j.end
	if n := len(j.places); n > 0 {
		j.say(fmt.Sprintf("%s holds %d answers of earlier runs, which are not asked for again", j.path, n))
	}
	return nil
}

// entitle writes the head.
func (j *Journal) entitle(key []identity.Part) error {
	j.salt = []byte(rand.Text())
	h := head{journalFormat, hex.EncodeToString(j.salt), nil}
	var err error
	if h.Key, err = facts(key, j.salt); err != nil {
		return err
	}
	j.key = h.Key
	object, err := json.Marshal(h)
	if err != nil {
		return fmt.Errorf("%s: %w", j.path, err)
	}
	line := j.sum.sealed(object)
	if _, err := j.file.WriteAt(line, 0); err != nil {
		_ = j.file.Truncate(0)
		j.failed("writing", err)
		return nil
	}
	j.end = int64(len(line))
	return nil
}
