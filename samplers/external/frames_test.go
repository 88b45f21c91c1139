package external

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// inPieces reads from a text as many bytes at a time as it is told.
type inPieces struct {
	text   []byte
	pieces []int
}

func (r *inPieces) Read(p []byte) (int, error) {
	if len(r.text) == 0 {
		return 0, io.EOF
	}
	n := len(r.text)
	if len(r.pieces) > 0 {
		n, r.pieces = min(n, r.pieces[0]), r.pieces[1:]
	}
	n = copy(p, r.text[:n])
	r.text = r.text[n:]
	return n, nil
}

func someData(t *rapid.T) string {
	raw := rapid.SliceOfN(rapid.Byte(), 0, 300).Draw(t, "raw")
	text := base64.StdEncoding.EncodeToString(raw)
	return rapid.OneOf(rapid.Just(text), rapid.Just(text+text), rapid.Just(text+"="), rapid.Just(strings.TrimRight(text, "=")),
		rapid.Just("#1"), rapid.Just(`an error's "data" may be: any text`), rapid.Just(text+"é"),
		rapid.SampledFrom([]string{"+++=", "+++=+", "AB==", "AB==AAAA"}), rapid.StringMatching(`[A-Za-z0-9+/=]{0,40}`)).Draw(t, "data")
}

// TestReceived: a message is the same to whoever reads it, in whatever pieces it comes and
// however its strings are spelled: data that are base64 are its bytes, and others its text.
func TestReceived(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var line bytes.Buffer
		texts := rapid.SliceOfN(rapid.Custom(someData), 0, 3).Draw(t, "texts")
		line.WriteString(`{"jsonrpc":"2.0","id":1,"method":"m","params":{"name":"\\\"data\":","arrays":[`)
		for i, text := range texts {
			if i > 0 {
				line.WriteByte(',')
			}
			quoted, err := json.Marshal(text)
			if err != nil {
				t.Fatal(err)
			}
			spelled := string(quoted)
			colon := rapid.SampledFrom([]string{":", " : "}).Draw(t, "colon")
			if rapid.Bool().Draw(t, "slashes") {
				spelled = strings.ReplaceAll(spelled, "/", `\/`)
			}
			fmt.Fprintf(&line, `{"data"%s%s,"tail":%d}`, colon, spelled, i)
		}
		line.WriteString("]}}\n")
		pieces := rapid.SliceOfN(rapid.IntRange(1, 40), 0, 100).Draw(t, "pieces")
		f := newFrames(&inPieces{line.Bytes(), pieces}, nil)
		message, err := f.Recv()
		if err != nil {
			t.Fatal(err)
		}
		var got struct {
			Params struct {
				Name   string
				Arrays []struct {
					Data string
					Tail int
				}
			}
		}
		if err := json.Unmarshal(message, &got); err != nil {
			t.Fatalf("%s: %v", message, err)
		}
		if got.Params.Name != `\"data":` || len(got.Params.Arrays) != len(texts) {
			t.Fatalf("read %+v", got)
		}
		for i, a := range got.Params.Arrays {
			want, wrong := base64.StdEncoding.DecodeString(texts[i])
			raw, kept := f.take(a.Data)
			switch {
			case a.Tail != i:
				t.Errorf("what follows the data is %d, want %d", a.Tail, i)
			case kept && base64.StdEncoding.EncodeToString(raw) != texts[i]:
				t.Errorf("%q is read as the bytes of another text", texts[i])
			case kept && (wrong != nil || !bytes.Equal(raw, want)):
				t.Errorf("%q is read as % x, want % x (%v)", texts[i], raw, want, wrong)
			case !kept && a.Data != texts[i]:
				t.Errorf("the text is %q, want %q", a.Data, texts[i])
			}
		}
	})
}

// TestSent: what is written for an array is its base64, whatever its length.
func TestSent(t *testing.T) {
	for _, size := range []int{0, 1, 8, piece - 1, piece, piece + 1, 3*piece + 5} {
		raw := make([]byte, size)
		for i := range raw {
			raw[i] = byte(i * i / 7)
		}
		var line bytes.Buffer
		f := newFrames(nil, struct {
			io.Writer
			io.Closer
		}{&line, nil})
		if err := f.Send(fmt.Appendf(nil, `{"id":1,"method":"m","params":{"data":"%s","x":{"data":"none"}}}`, f.keep(raw))); err != nil {
			t.Fatal(err)
		}
		want := fmt.Sprintf(`{"id":1,"method":"m","params":{"data":"%s","x":{"data":"none"}}}`+"\n", base64.StdEncoding.EncodeToString(raw))
		if line.String() != want {
			t.Errorf("%d bytes: wrote %d characters that differ from the %d of the message", size, line.Len(), len(want))
		}
	}
}

// TestNoName: what the other side writes never names what is kept, whatever it guesses.
func TestNoName(t *testing.T) {
	f := newFrames(strings.NewReader(`{"jsonrpc":"2.0","id":1,"method":"m","params":[{"data":"AAAA"},{"data":"#1"}]}`+"\n"), nil)
	message, err := f.Recv()
	if err != nil {
		t.Fatal(err)
	}
	var got struct{ Params []struct{ Data string } }
	if err := json.Unmarshal(message, &got); err != nil {
		t.Fatal(err)
	}
	if raw, kept := f.take(got.Params[1].Data); kept {
		t.Errorf("%q is read as % x", got.Params[1].Data, raw)
	}
	if raw, kept := f.take(got.Params[0].Data); !kept || len(raw) != 3 {
		t.Errorf("the data before it are % x, want three zeros", raw)
	}
}

// TestReturns: a carriage return in the middle of data is not JSON, and is not passed over.
func TestReturns(t *testing.T) {
	for _, data := range []string{"AAAA\r", "AA\rA\rA\r\r"} {
		_, err := newFrames(strings.NewReader(`{"jsonrpc":"2.0","method":"m","params":{"data":"`+data+"\"}}\n"), nil).Recv()
		if fault := (*Fault)(nil); !errors.As(err, &fault) || !strings.Contains(fault.Message, "not a JSON-RPC message") {
			t.Errorf("%q: error %v, want a message that is none", data, err)
		}
	}
}

// TestBroken: a pipe that breaks in the middle of the data, or a name used twice, is no
// array.
func TestBroken(t *testing.T) {
	_, err := newFrames(strings.NewReader(`{"jsonrpc":"2.0","params":{"data":"AAAA`), nil).Recv()
	if fault := (*Fault)(nil); !errors.As(err, &fault) || !strings.Contains(fault.Message, "after 39 bytes") {
		t.Errorf("error %v, want a message that ends in its middle", err)
	}
	f := newFrames(nil, nil)
	a := f.pack([]float64{1}, 1)
	if _, err := f.unpack(&a); err != nil {
		t.Error(err)
	}
	if _, err := f.unpack(&a); err == nil || !strings.Contains(err.Error(), "not base64") {
		t.Errorf("error %v, want none kept under that name any more", err)
	}
}

// TestAnsweredOnce: the answer to a request of ours is taken once, and one to no request never.
func TestAnsweredOnce(t *testing.T) {
	answer := `{"jsonrpc":"2.0","id":1,"result":{}}` + "\n"
	f := newFrames(strings.NewReader(answer+answer), struct {
		io.Writer
		io.Closer
	}{io.Discard, nil})
	if err := f.Send([]byte(`{"id":1,"method":"m","params":{}}`)); err != nil {
		t.Fatal(err)
	}
	if _, err := f.Recv(); err != nil {
		t.Errorf("the answer: %v", err)
	}
	if _, err := f.Recv(); err == nil || !strings.Contains(err.Error(), "it answered request 1, which was never made or is answered already") {
		t.Errorf("the answer again: %v", err)
	}
}

// TestFloats: an answer with whole numbers written as 1.0 is handed on with them written as 1.
func TestFloats(t *testing.T) {
	f := newFrames(strings.NewReader(`{"jsonrpc":"2.0","id":1.0,"error":{"code":2.0,"message":"bad"}}`+"\n"), struct {
		io.Writer
		io.Closer
	}{io.Discard, nil})
	if err := f.Send([]byte(`{"id":1,"method":"m","params":{}}`)); err != nil {
		t.Fatal(err)
	}
	got, err := f.Recv()
	if want := `{"jsonrpc":"2.0","id":1,"error":{"code":2,"message":"bad"}}`; err != nil || string(got) != want {
		t.Errorf("%s, error %v, want %s", got, err, want)
	}
}

// TestUnended: a line that has no end yet is told of until it has.
func TestUnended(t *testing.T) {
	r, w := io.Pipe()
	f := newFrames(r, nil)
	received := make(chan error)
	go func() {
		_, err := f.Recv()
		received <- err
	}()
	io.WriteString(w, `{"jsonrpc":"2.0","id":1,"method":"m"`)
	io.WriteString(w, `}`) // once it is taken, what was before has been read and noted
	if said := f.unended(); !strings.Contains(said, "no line feed at its end") || !strings.Contains(said, `\"method\"`) {
		t.Errorf("it says %q", said)
	}
	io.WriteString(w, "\n")
	if err := <-received; err != nil || f.unended() != "" {
		t.Errorf("error %v, and it says %q", err, f.unended())
	}
}
