package external

import (
	"bytes"
	"encoding/base64"
)

// canonical is the strict form of base64, in which bytes have one text only: it refuses
// padding whose spare bits are not zero.
var canonical = base64.StdEncoding.Strict()

// base64Reader decodes canonical base64 that comes in pieces of any length.
type base64Reader struct {
	raw    []byte  // what is decoded so far
	carry  [4]byte // characters that do not yet make a whole group of four
	n      int     // how many
	padded bool    // its end has been read
	unread int     // how many characters write left, once it failed
}

// write decodes the next characters, and reports whether they are base64. If not, the
// last of them are left unread.
func (d *base64Reader) write(text []byte) bool {
	for d.n > 0 && d.n < 4 && len(text) > 0 {
		d.carry[d.n] = text[0]
		d.n++
		text = text[1:]
	}
	if d.n == 4 {
		if !d.decode(d.carry[:]) {
			d.unread = len(text)
			return false
		}
		d.n = 0
	}
	whole := len(text) &^ 3
	if !d.decode(text[:whole]) {
		d.unread = len(text)
		return false
	}
	d.n += copy(d.carry[d.n:], text[whole:])
	return true
}

// decode decodes whole groups of four characters, all of them or none.
func (d *base64Reader) decode(groups []byte) bool {
	if len(groups) == 0 {
		return true
	}
	// The decoder passes over carriage returns, which the text would lose.
	if d.padded || bytes.IndexByte(groups, '\r') >= 0 {
		return false
	}
	before := len(d.raw)
	raw, err := canonical.AppendDecode(d.raw, groups)
	if err != nil {
		return false
	}
	d.raw = raw
	d.padded = len(raw)-before < len(groups)/4*3
	return true
}

// whole reports whether the characters so far are base64 to its end.
func (d *base64Reader) whole() bool { return d.n == 0 }

// text appends to dst the characters that have been read.
func (d *base64Reader) text(dst []byte) []byte {
	return append(canonical.AppendEncode(dst, d.raw), d.carry[:d.n]...)
}
