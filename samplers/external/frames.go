package external

import (
	"bufio"
	"bytes"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"sync"
	"unicode/utf8"

	"assay/internal/kinds"
)

// maxFrame bounds a message: 256 MiB are 25 million numbers.
const maxFrame = 256 << 20

// frames is the channel of the protocol: one JSON-RPC message a line. It satisfies the
// channel.Channel of jrpc2.
//
// Arrays are most of what is sent, and reading them as JSON, several times over, would
// be most of the work. So the base64 of every "data" key is decoded as it comes in and
// encoded as it goes out, while the other side works on what follows: in between, the
// value of the key is a name under which the bytes are kept, "#", a secret and a number.
// Base64 has no "#", and what the other side writes is not a name, as it never sees one.
type frames struct {
	r       *bufio.Reader
	w       io.WriteCloser
	out     []byte // what is to be written next
	partial []byte // the line being read, without the data
	data    *base64Reader

	mu      sync.Mutex
	secret  string
	parts   map[string][]byte
	spare   []byte // for the next part that comes in
	next    int
	waiting map[string]bool // the ids of our requests that have no answer yet
	begun   string          // the beginning of a line that has no end yet
	err     error           // why reading ended
	ended   chan struct{}   // closed once it has

	flow
}

func newFrames(r io.Reader, w io.WriteCloser) *frames {
	return &frames{r: bufio.NewReaderSize(r, 1<<18), w: w, secret: rand.Text(), parts: map[string][]byte{}, waiting: map[string]bool{}, ended: make(chan struct{}), flow: newFlow()}
}

// dataKey begins the data of an array in the spelling without blanks; in any other, the
// data stay where they are and are read as JSON.
var dataKey = []byte(`"data":"`)

// piece is about how many bytes are written at a time: enough for a call of the system to
// cost little, few enough for the reader to begin soon.
const piece = 3 << 14

// keep stores the bytes of an array and returns the name that they go by.
func (f *frames) keep(raw []byte) string {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.next++
	name := "#" + f.secret + strconv.Itoa(f.next)
	f.parts[name] = raw
	return name
}

// take returns what is kept under a name, if anything is, and forgets it.
func (f *frames) take(name string) (raw []byte, kept bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	raw, kept = f.parts[name]
	delete(f.parts, name)
	return raw, kept
}

// recycle gives back bytes that came in, once nobody reads them any more.
func (f *frames) recycle(raw []byte) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.spare = raw[:0]
}

// forget drops what was sent in and never taken.
func (f *frames) forget() {
	f.mu.Lock()
	defer f.mu.Unlock()
	clear(f.parts)
}

// Send writes a message, with the data put in.
func (f *frames) Send(message []byte) error {
	answers, err := f.expect(message)
	if err != nil {
		return err
	}
	if answers {
		defer f.answered()
	}
	f.out = f.out[:0]
	for {
		at := bytes.Index(message, dataKey)
		if at < 0 {
			break
		}
		at += len(dataKey)
		f.out = append(f.out, message[:at]...)
		message = message[at:]
		end := bytes.IndexByte(message, '"')
		if raw, kept := f.take(string(message[:end])); kept {
			if err := f.encode(raw); err != nil {
				return err
			}
			message = message[end:]
		}
	}
	f.out = append(append(f.out, message...), '\n')
	_, err = f.w.Write(f.out)
	return err
}

// encode puts out the base64 of raw, and writes what has become more than a piece.
func (f *frames) encode(raw []byte) error {
	for len(raw) > 0 {
		n := min(len(raw), piece)
		f.out = base64.StdEncoding.AppendEncode(f.out, raw[:n])
		raw = raw[n:]
		if len(f.out) > piece {
			if _, err := f.w.Write(f.out); err != nil {
				return err
			}
			f.out = f.out[:0]
		}
	}
	return nil
}

// expect notes the id of a request of ours. It reports whether the message is an answer of
// ours instead.
func (f *frames) expect(message []byte) (answers bool, err error) {
	var request envelope
	if err := json.Unmarshal(message, &request); err != nil {
		return false, err
	}
	if request.Method != nil && request.ID != nil {
		f.mu.Lock()
		defer f.mu.Unlock()
		f.waiting[string(request.ID)] = true
	}
	return request.Method == nil, nil
}

// Recv reads a message, with the data taken out.
func (f *frames) Recv() ([]byte, error) {
	for {
		f.admit()
		line, err := f.line()
		if err == nil && len(line) > 0 {
			line, err = f.check(line)
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
		if len(line) > 0 { // neither blank nor a notification
			return line, nil
		}
	}
}

// Close closes the writing end: the process sees the end of its input.
func (f *frames) Close() error { return f.w.Close() }

// broken returns why reading ended: nil if it has not, a [*Fault] if what was read was
// not a message, and io.EOF or another error of the pipe otherwise.
func (f *frames) broken() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.err
}

// line reads a line and takes the data out of it. It returns a copy.
func (f *frames) line() ([]byte, error) {
	f.partial, f.data, f.came, f.read = f.partial[:0], nil, nil, 0
	for size := 0; ; {
		_, err := f.r.Peek(1)
		if err != nil && size > 0 {
			how := "in the middle of a message"
			if f.data == nil && json.Valid(f.partial) {
				how = "with a message that has no line feed at its end, which ends one"
			}
			return nil, &Fault{Kind: kinds.Protocol, Message: fmt.Sprintf("its standard output ended %s, after %d bytes of it without a line break: %s", how, size, excerpt(f.partial))}
		}
		if err != nil {
			return nil, err
		}
		chunk, _ := f.r.Peek(f.r.Buffered())
		end := bytes.IndexByte(chunk, '\n')
		if end >= 0 {
			chunk = chunk[:end]
		}
		f.absorb(chunk)
		size += len(chunk)
		f.read = size
		f.r.Discard(len(chunk))
		if text := bytes.TrimSpace(f.partial[:min(len(f.partial), 1<<10)]); len(text) > 0 && text[0] != '{' {
			return nil, garbage(text)
		}
		if end >= 0 {
			f.begin(nil)
			f.r.Discard(1)
			return bytes.Clone(bytes.TrimSpace(f.partial)), nil
		}
		f.begin(f.partial)
		if size > maxFrame {
			return nil, &Fault{Kind: kinds.Protocol, Message: fmt.Sprintf("it wrote a message of more than %d bytes", maxFrame)}
		}
	}
}

// begin notes the beginning of a line that has no end yet.
func (f *frames) begin(line []byte) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.begun = string(line[:min(len(line), 1<<10)])
}

// unended says, if so, that what came last is a line without an end.
func (f *frames) unended() string {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.begun == "" {
		return ""
	}
	return fmt.Sprintf("; what it wrote last has no line feed at its end, which ends a message: %s", excerpt([]byte(f.begun)))
}

// absorb takes in the next bytes of a line.
func (f *frames) absorb(chunk []byte) {
	for len(chunk) > 0 {
		if f.data != nil {
			chunk = f.absorbData(chunk)
			continue
		}
		// A little at a time, since most of the chunk may be data; a key may lie across.
		next := chunk[:min(len(chunk), 1<<10)]
		from := max(0, len(f.partial)-len(dataKey)+1)
		f.partial = append(f.partial, next...)
		at := bytes.Index(f.partial[from:], dataKey)
		if at < 0 {
			chunk = chunk[len(next):]
			continue
		}
		at += from
		over := len(f.partial) - at - len(dataKey)
		chunk = chunk[len(next)-over:]
		f.partial = f.partial[:len(f.partial)-over]
		if inString := at > 0 && f.partial[at-1] == '\\'; !inString {
			f.mu.Lock()
			f.data, f.spare = &base64Reader{raw: f.spare}, nil
			f.mu.Unlock()
		}
	}
}

// absorbData takes in data up to the quotation mark that ends them, and returns the rest.
// Data that are not base64, as where JSON spells a slash with a backslash, stay in the line.
func (f *frames) absorbData(chunk []byte) (rest []byte) {
	end := bytes.IndexByte(chunk, '"')
	text := chunk
	if end >= 0 {
		text, rest = chunk[:end], chunk[end:]
	}
	ok := f.data.write(text)
	switch {
	case !ok || end >= 0 && !f.data.whole():
		f.partial = append(f.data.text(f.partial), text[len(text)-f.data.unread:]...)
	case end >= 0:
		name := f.keep(f.data.raw)
		f.partial, f.came = append(f.partial, name...), append(f.came, name)
	default:
		return nil // and more of them to come
	}
	f.data = nil
	return rest
}

// envelope is what all messages have in common; a part is nil if absent.
type envelope struct {
	Version json.RawMessage `json:"jsonrpc"`
	ID      json.RawMessage `json:"id"`
	Method  json.RawMessage `json:"method"`
	Result  json.RawMessage `json:"result"`
	Error   json.RawMessage `json:"error"`
}

// check is an error in words unless text is a request or a notification of JSON-RPC 2.0,
// or the one response to a request of ours. It returns the message with whole numbers written as
// such, where they are written as 4.0; nil for a notification: the protocol has none.
func (f *frames) check(text []byte) ([]byte, error) {
	var message envelope
	wrong := func(format string, args ...any) ([]byte, error) {
		return nil, &Fault{Kind: kinds.Protocol, Message: fmt.Sprintf(format, args...) + ": " + excerpt(text)}
	}
	if err := json.Unmarshal(text, &message); err != nil {
		return wrong("it wrote a line that is not a JSON-RPC message (%v)", err)
	}
	if string(message.Error) == "null" {
		message.Error = nil
	}
	switch {
	case string(message.Version) != `"2.0"`:
		return wrong(`it wrote a message without "jsonrpc":"2.0"`)
	case message.Method != nil && message.Method[0] != '"':
		return wrong(`it wrote a message whose "method" is no string`)
	case string(message.Method) == `""`:
		return wrong("it wrote a request with an empty method")
	case message.Method != nil && (message.ID == nil || string(message.ID) == "null"):
		f.drop(f.came)
		return nil, nil
	case message.Method != nil:
		f.note()
		return text, nil
	case message.ID == nil:
		return wrong(`it wrote a message without "method" and without "id"`)
	case message.Result == nil && message.Error == nil:
		return wrong(`it wrote a response without "result" and without "error"`)
	case message.Result != nil && message.Error != nil:
		return wrong(`it wrote a response with both "result" and "error"`)
	}
	id, failure := plain(message.ID), message.Error
	if message.Error != nil {
		var err error
		if failure, err = plainError(message.Error); err != nil {
			return wrong("in its response %v", err)
		}
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if !f.waiting[string(id)] {
		return wrong("it answered request %s, which was never made or is answered already", message.ID)
	}
	delete(f.waiting, string(id))
	if bytes.Equal(id, message.ID) && bytes.Equal(failure, message.Error) {
		return text, nil
	}
	return json.Marshal(struct {
		Version json.RawMessage `json:"jsonrpc"`
		ID      json.RawMessage `json:"id"`
		Result  json.RawMessage `json:"result,omitempty"`
		Error   json.RawMessage `json:"error,omitempty"`
	}{message.Version, id, message.Result, failure})
}

func garbage(text []byte) error {
	return &Fault{Kind: kinds.Protocol, Message: "it wrote to its standard output something that is not a JSON-RPC message (what is for people belongs on standard error): " + excerpt(text)}
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
