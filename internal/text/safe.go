package text

import (
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Safe returns foreign text as it may be shown on a terminal: what a terminal would obey, or
// what has no shape of its own, is written as in a Go string, \n, \x1b, \u202e. That
// is control characters (C0, DEL, C1), line feeds, marks that turn the direction of writing or
// have no width, blanks other than the space, and bytes that are not UTF-8. The result is one
// line of printable characters, and is its own safe form. A backslash stays as it is, so that what
// is shown may also have been written so: JSON tells them apart.
func Safe(text string) string {
	for i, r := range text {
		if !shown(r) || r == utf8.RuneError {
			return text[:i] + escaped(text[i:])
		}
	}
	return text
}

// Cut is Safe for text of any length: of one that is longer than most bytes the beginning is shown,
// and how long it is.
func Cut(text string, most int) string {
	if len(text) <= most {
		return Safe(text)
	}
	cut := most
	for cut > most-utf8.UTFMax && cut > 0 && !utf8.RuneStart(text[cut]) {
		cut--
	}
	return Safe(text[:cut]) + fmt.Sprintf("... (%d bytes)", len(text))
}

// Name returns a foreign name as it may be shown before and among words of ours. One that
// could be taken for them, as it has a colon before a blank, blanks in a row or at an end, or
// is empty, is quoted; so is one that begins with a quotation mark.
func Name(name string) string {
	safe := Cut(name, 200)
	odd := safe == "" || strings.HasPrefix(safe, `"`) || strings.HasPrefix(safe, " ") || strings.HasSuffix(safe, " ") ||
		strings.Contains(safe, "  ") || strings.Contains(safe, ": ") || strings.HasSuffix(safe, ":")
	if odd {
		return `"` + safe + `"`
	}
	return safe
}

// JSON returns a JSON text in which all characters that [Safe] does not show are escaped; they
// occur within strings only, and what the text says is the same.
func JSON(encoded []byte) []byte {
	var b []byte
	for at := 0; at < len(encoded); {
		r, size := utf8.DecodeRune(encoded[at:])
		if r < ' ' || shown(r) { // in JSON, white space between values
			b = append(b, encoded[at:at+size]...)
		} else {
			for _, unit := range utf16Of(r) {
				b = fmt.Appendf(b, `\u%04x`, unit)
			}
		}
		at += size
	}
	return b
}

// utf16Of returns the one or two units of a character in UTF-16.
func utf16Of(r rune) []rune {
	if r < 0x10000 {
		return []rune{r}
	}
	r -= 0x10000
	return []rune{0xd800 + r>>10, 0xdc00 + r&0x3ff}
}

// shown reports whether a character has a shape of its own, or is the space.
func shown(r rune) bool {
	if r < utf8.RuneSelf {
		return r >= ' ' && r != 0x7f
	}
	return unicode.IsPrint(r) && r != '\u2800' && !unicode.Is(unicode.Other_Default_Ignorable_Code_Point, r)
}

// escaped returns text with all that is not shown escaped.
func escaped(text string) string {
	var b strings.Builder
	for len(text) > 0 {
		r, size := utf8.DecodeRuneInString(text)
		switch {
		case r == utf8.RuneError && size == 1:
			fmt.Fprintf(&b, `\x%02x`, text[0])
		case shown(r):
			b.WriteString(text[:size])
		default:
			quoted := strconv.QuoteRuneToASCII(r)
			b.WriteString(quoted[1 : len(quoted)-1])
		}
		text = text[size:]
	}
	return b.String()
}

// safe returns an argument of a format with its text safe: of strings, errors and what has a
// String method. Numbers have none that is foreign.
func safe(arg any) any {
	switch arg := arg.(type) {
	case nil:
		return nil
	case string:
		return Safe(arg)
	case error:
		return Safe(fmt.Sprint(arg))
	}
	switch v := reflect.ValueOf(arg); v.Kind() {
	case reflect.String:
		return Safe(fmt.Sprint(arg))
	case reflect.Struct, reflect.Pointer, reflect.Slice, reflect.Map:
		if _, ok := arg.(fmt.Stringer); ok || v.Kind() == reflect.Slice && v.Type().Elem().Kind() == reflect.String {
			return Safe(fmt.Sprint(arg))
		}
	}
	return arg
}
