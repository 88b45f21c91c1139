package run

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path/filepath"
	"sync"
	"syscall"
	"time"

	"assay/internal/identity"
	"assay/internal/lock"
	"assay/internal/parallel"
)

// Journal remembers the answers of samplers in a file, so that a judgement that was
// interrupted goes on where it stopped: a call that was answered before is not made
// again. As the bets are a function of the answers, the verdict is that of a run
// without interruption. Its first line is the key: what the answers are answers of. A journal
// of another key is refused.
//
// It is safe for concurrent use, by one process: the file is locked until that closes it or ends,
// however it ends. An answer is written once it is there, so that nothing is lost if the process
// is killed; a failure of power may take those of the last second. Where writing fails, as on a
// full disk, no more is remembered, and a warning says so; the answers go on.
type Journal struct {
	path string
	say  func(string)
	of   func() ([]identity.Part, error)

	syncs sync.Mutex // held while the file is synced or closed

	mu      sync.Mutex
	file    storage
	salt    []byte
	key     []fact
	places  map[[32]byte]position // of the answers, by the ID of the call
	begun   int64                 // how long the file was when it was opened
	end     int64                 // of the whole lines
	sum     sum                   // of the last of them
	timer   *time.Timer           // of the next syncing, if there is something to sync
	synced  time.Time
	warning string // why no more is remembered; empty while it is
	closed  bool
}

// storage is the file of a journal.
type storage interface {
	io.ReaderAt
	io.WriterAt
	io.Closer
	Truncate(size int64) error
	Sync() error
}

// nowhere is the file of a journal that cannot be made. Nothing is written to it.
type nowhere struct{ storage }

func (nowhere) Truncate(int64) error { return nil }
func (nowhere) Close() error         { return nil }

// position is where a line is, and the sum of the one before it.
type position struct {
	at     int64
	size   int
	before sum
}

// syncEvery is how often at most the disk is waited for: each time takes milliseconds, a line
// without it some 40 microseconds (BenchmarkJournal).
const syncEvery = time.Second

// openJournal opens the journal at path, which is made if there is none, of answers of what the
// parts say, which are asked for again when the journal is settled. A last line that was cut
// short, as when the process was killed, is dropped. It is an error, and the file is left alone,
// if that is not a regular file, no journal, or the journal of another key, if any line of it is
// damaged, or if somebody else has it open. What a user should know, now or later, is told to
// say, in a line, unless that is nil.
func openJournal(path string, of func() ([]identity.Part, error), say func(string)) (*Journal, error) {
	key, err := of()
	if err != nil {
		return nil, err
	}
	file, err := openRegular(path)
	if errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) { // there is no room for the name of it
		return unmade(path, key, of, say, err)
	}
	if err != nil {
		return nil, err
	}
	if err := lockJournal(file); err != nil {
		return nil, errors.Join(fmt.Errorf("%s: %w", path, err), file.Close())
	}
	info, err := file.Stat()
	if err != nil {
		return nil, errors.Join(err, file.Close())
	}
	j := newJournal(path, file, of, say)
	if err := j.read(info.Size(), key); err != nil {
		return nil, errors.Join(err, file.Close())
	}
	if info.Size() == 0 {
		lock.SyncFolder(filepath.Dir(path))
	}
	return j, nil
}

// unmade returns the journal that cannot be made for a reason that may pass: it remembers nothing.
func unmade(path string, key []identity.Part, of func() ([]identity.Part, error), say func(string), reason error) (*Journal, error) {
	j := newJournal(path, nowhere{}, of, say)
	var err error
	if j.key, err = facts(key, nil); err != nil {
		return nil, err
	}
	j.failed("making", reason)
	return j, nil
}

func newJournal(path string, file storage, of func() ([]identity.Part, error), say func(string)) *Journal {
	if say == nil {
		say = func(string) {}
	}
	return &Journal{path: path, say: say, of: of, file: file, places: map[[32]byte]position{}}
}

// Settle waits until what was remembered is on the disk, and makes sure that the key is what it
// was; if it is not, the answers since the journal was opened may be those of either, and are
// taken out of it. It returns the warning that a verdict on the answers should have, if any.
// Without a journal there is none.
func (j *Journal) Settle() (warning string) {
	if j == nil {
		return ""
	}
	j.syncNow()
	now, err := j.of()
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.closed {
		return j.warning
	}
	var differ string
	if err != nil {
		differ = err.Error()
	} else if held, err := facts(now, j.salt); err != nil {
		differ = err.Error()
	} else {
		differ = tell(changes(j.key, held))
	}
	if differ != "" && j.warning == "" {
		j.stop(fmt.Sprintf("what was judged changed meanwhile: %s; the verdict may be on both, and the journal %s keeps none of these answers", differ, j.path))
		j.end = min(j.end, j.begun)
		_ = j.file.Truncate(j.end)
	}
	return j.warning
}

// Close waits until what was remembered is on the disk, and closes the file. What went wrong with
// the writing is a warning, see [Journal.Settle], and no error.
func (j *Journal) Close() error {
	j.syncNow()
	j.syncs.Lock()
	defer j.syncs.Unlock()
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.closed {
		return nil
	}
	j.closed = true
	return j.file.Close()
}

// stop ends the remembering, for a reason.
func (j *Journal) stop(warning string) {
	if j.warning == "" {
		j.warning = warning
		j.say(warning)
	}
}

// failed stops it as something could not be done to the file.
func (j *Journal) failed(doing string, err error) {
	if of := (*fs.PathError)(nil); errors.As(err, &of) { // which names the path again
		err = of.Err
	}
	j.stop(fmt.Sprintf("%s the journal %s failed (%v): answers from now on are not remembered", doing, j.path, err))
}

// syncNow brings to the disk what is not there yet.
func (j *Journal) syncNow() {
	j.syncs.Lock()
	defer j.syncs.Unlock()
	j.mu.Lock()
	pending := j.timer != nil && !j.closed
	if pending {
		j.timer.Stop()
		j.timer, j.synced = nil, time.Now()
	}
	j.mu.Unlock()
	if !pending {
		return
	}
	if err := j.file.Sync(); err != nil {
		j.mu.Lock()
		defer j.mu.Unlock()
		j.failed("syncing", err)
	}
}

// recall returns the answer to a call, if there is one that fits.
func (j *Journal) recall(c Call) (answer Answer, ok bool) {
	id := c.ID()
	j.mu.Lock()
	at, ok := j.places[id]
	ok = ok && !j.closed
	j.mu.Unlock()
	if !ok {
		return Answer{}, false
	}
	line := make([]byte, at.size)
	if _, err := j.file.ReadAt(line, at.at); err != nil {
		j.mu.Lock()
		defer j.mu.Unlock()
		j.failed("reading", err)
		return Answer{}, false
	}
	object, fits := at.before.opened(line)
	var e struct {
		Call   *Call   `json:"call"`
		Answer *Answer `json:"answer"`
	}
	if !fits || strictly(object, &e) != nil || e.Call == nil || e.Answer == nil || e.Call.ID() != id {
		j.mu.Lock()
		defer j.mu.Unlock()
		j.stop(fmt.Sprintf("the journal %s was changed by somebody else, at byte %d: answers from now on are not remembered", j.path, at.at))
		delete(j.places, id)
		return Answer{}, false
	}
	if e.Answer.check(c) != nil {
		return Answer{}, false
	}
	return *e.Answer, true
}

// remember writes the answer to a call. One at a y that is not finite has no JSON form, and is not
// remembered.
func (j *Journal) remember(c Call, answer Answer) {
	object, err := entryOf(c, answer)
	if unsupported := (*json.UnsupportedValueError)(nil); errors.As(err, &unsupported) {
		return
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.closed || j.warning != "" {
		return
	}
	if err != nil {
		j.failed("writing", err)
		return
	}
	before := j.sum
	line := j.sum.sealed(object)
	if _, err := j.file.WriteAt(line, j.end); err != nil {
		_ = j.file.Truncate(j.end) // or else whoever opens it next cuts it off
		j.failed("writing", err)
		return
	}
	j.places[c.ID()] = position{j.end, len(line), before}
	j.end += int64(len(line))
	if j.timer == nil {
		j.timer = time.AfterFunc(max(0, syncEvery-time.Since(j.synced)), j.syncNow)
	}
}

// Journalled returns the runner that asks the journal first, and tells it what the other runner
// answers, faults apart: those may pass. Without a journal (nil) it is that runner.
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
