package external

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"sync"
	"unicode/utf8"
)

// maxFrame bounds a message: 256 MiB are 25 million numbers.
const maxFrame = 256 << 20

// frames is the channel of the protocol: one JSON-RPC message a line. It satisfies the
// channel.Channel of jrpc2.
//
// Arrays are most of what is sent, and reading them as JSON, several times over, would
// be most of the work. So the characters of every "data" key are taken out of a
// message as it comes in, and put into it as it goes out: in between, the value of the
// key is the number under which they are kept, "#7". Base64 has no "#".
type frames struct {
	r       *bufio.Reader
	w       io.WriteCloser
	partial []byte // the line being read

	mu      sync.Mutex
	parts   map[string][]byte
	next    int
	waiting map[string]bool // the ids of our requests that have no answer yet
	err     error           // why reading ended
	ended   chan struct{}   // closed once it has
}

func newFrames(r io.Reader, w io.WriteCloser) *frames {
	return &frames{r: bufio.NewReaderSize(r, 1<<18), w: w, parts: map[string][]byte{}, waiting: map[string]bool{}, ended: make(chan struct{})}
}

// dataKey begins the data of an array in the spelling without blanks; in any other, the
// data stay where they are and are read as JSON.
var dataKey = []byte(`"data":"`)

// minPart is how long data must be to be worth taking out.
const minPart = 256

// keep stores the base64 characters of an array and returns the name that they go by.
func (f *frames) keep(text []byte) string {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.next++
	name := "#" + strconv.Itoa(f.next)
	f.parts[name] = text
	return name
}

// take returns what is kept under a name and forgets it; a text that is no name stands
// for itself.
func (f *frames) take(name string) []byte {
	f.mu.Lock()
	defer f.mu.Unlock()
	if text, kept := f.parts[name]; kept {
		delete(f.parts, name)
		return text
	}
	return []byte(name)
}

// forget drops what was sent in and never taken.
func (f *frames) forget() {
	f.mu.Lock()
	defer f.mu.Unlock()
	clear(f.parts)
}

// Send writes a message, with the data put in.
func (f *frames) Send(message []byte) error {
	if err := f.expect(message); err != nil {
		return err
	}
	line := make([]byte, 0, len(message)+1)
	for {
		at := bytes.Index(message, dataKey)
		if at < 0 {
			break
		}
		at += len(dataKey)
		line = append(line, message[:at]...)
		message = message[at:]
		end := bytes.IndexByte(message, '"')
		line = append(line, f.take(string(message[:end]))...)
		message = message[end:]
	}
	line = append(append(line, message...), '\n')
	_, err := f.w.Write(line)
	return err
}

// expect notes the id of a request of ours.
func (f *frames) expect(message []byte) error {
	var request envelope
	if err := json.Unmarshal(message, &request); err != nil {
		return err
	}
	if request.Method != nil && request.ID != nil {
		f.mu.Lock()
		defer f.mu.Unlock()
		f.waiting[string(request.ID)] = true
	}
	return nil
}

// Recv reads a message, with the data taken out.
func (f *frames) Recv() ([]byte, error) {
	for {
		line, err := f.line()
		if err == nil {
			line, err = f.swap(line)
		}
		if err != nil {
			f.mu.Lock()
			if f.err == nil {
				f.err = err
				close(f.ended)
			}
			f.mu.Unlock()
			return nil, err
		}
		if len(line) > 0 {
			return line, nil
		}
	}
}

// Close closes the writing end: the process sees the end of its input.
func (f *frames) Close() error { return f.w.Close() }

// broken returns why reading ended: nil if it has not, a [*Fault] if what was read was
// no message, and io.EOF or another error of the pipe otherwise.
func (f *frames) broken() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.err
}

// line reads a line, which is valid until the next one is read.
func (f *frames) line() ([]byte, error) {
	f.partial = f.partial[:0]
	for {
		piece, err := f.r.ReadSlice('\n')
		f.partial = append(f.partial, piece...)
		if text := bytes.TrimSpace(f.partial[:min(len(f.partial), 1<<10)]); len(text) > 0 && text[0] != '{' {
			return nil, garbage(text)
		}
		switch {
		case err == nil:
			return bytes.TrimSpace(f.partial), nil
		case errors.Is(err, bufio.ErrBufferFull) && len(f.partial) <= maxFrame:
			continue
		case errors.Is(err, bufio.ErrBufferFull):
			return nil, &Fault{Kind: Protocol, Message: fmt.Sprintf("it wrote a message of more than %d bytes", maxFrame)}
		case len(f.partial) > 0:
			return nil, &Fault{Kind: Protocol, Message: fmt.Sprintf("its standard output ended in the middle of a message, after %d bytes of it without a line break: %s", len(f.partial), excerpt(f.partial))}
		}
		return nil, err
	}
}

// swap takes the data out of a message and checks that the rest is a JSON-RPC 2.0 one.
// The result is a copy.
func (f *frames) swap(line []byte) ([]byte, error) {
	var out []byte
	rest := line
	for {
		at := bytes.Index(rest, dataKey)
		if at < 0 {
			break
		}
		inString := at > 0 && rest[at-1] == '\\'
		at += len(dataKey)
		out = append(out, rest[:at]...)
		rest = rest[at:]
		end := bytes.IndexByte(rest, '"')
		if inString || end < minPart || bytes.IndexByte(rest[:end], '\\') >= 0 {
			continue
		}
		out = append(out, f.keep(bytes.Clone(rest[:end]))...)
		rest = rest[end:]
	}
	out = append(out, rest...)
	if len(out) == 0 {
		return nil, nil
	}
	return out, f.check(out)
}

// envelope is what all messages have in common; Version and Method are nil if absent.
type envelope struct {
	Version *string         `json:"jsonrpc"`
	ID      json.RawMessage `json:"id"`
	Method  *string         `json:"method"`
	Result  json.RawMessage `json:"result"`
	Error   json.RawMessage `json:"error"`
}

// check is an error in words unless text is a request or a notification of JSON-RPC 2.0,
// or the one response to a request of ours.
func (f *frames) check(text []byte) error {
	var message envelope
	wrong := func(format string, args ...any) error {
		return &Fault{Kind: Protocol, Message: fmt.Sprintf(format, args...) + ": " + excerpt(text)}
	}
	if err := json.Unmarshal(text, &message); err != nil {
		return wrong("it wrote a line that is no JSON-RPC message (%v)", err)
	}
	if string(message.Error) == "null" {
		message.Error = nil
	}
	switch {
	case message.Version == nil || *message.Version != "2.0":
		return wrong(`it wrote a message without "jsonrpc":"2.0"`)
	case message.Method != nil:
		return nil
	case message.ID == nil:
		return wrong(`it wrote a message without "method" and without "id"`)
	case message.Result == nil && message.Error == nil:
		return wrong(`it wrote a response without "result" and without "error"`)
	case message.Result != nil && message.Error != nil:
		return wrong(`it wrote a response with both "result" and "error"`)
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if !f.waiting[string(message.ID)] {
		return wrong("it answered request %s, which was never made or is answered already", message.ID)
	}
	delete(f.waiting, string(message.ID))
	return nil
}

func garbage(text []byte) error {
	return &Fault{Kind: Protocol, Message: "it wrote to its standard output what is no JSON-RPC message (what is for people belongs on standard error): " + excerpt(text)}
}

// excerpt returns the beginning of a text, quoted.
func excerpt(text []byte) string {
	const most = 80
	if len(text) <= most {
		return strconv.Quote(string(text))
	}
	cut := most
	for cut > 0 && !utf8.RuneStart(text[cut]) {
		cut--
	}
	return strconv.Quote(string(text[:cut])) + "..."
}
