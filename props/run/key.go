package run

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"assay/internal/identity"
)

// fact is a part of a key as a journal holds it: the value, or the digest of one that may be a
// secret.
type fact struct {
	Part   string `json:"part"`
	Value  string `json:"value,omitempty"`
	Digest string `json:"digest,omitempty"`
}

// facts returns the parts as a journal with this salt holds them. The salt, another in every
// journal, keeps a digest from being looked up in a list, or compared with that in another
// journal; who can guess the value can still tell that he is right.
func facts(key []identity.Part, salt []byte) ([]fact, error) {
	var held []fact
	seen := map[string]bool{}
	for _, part := range key {
		if part.Name == "" || seen[part.Name] {
			return nil, fmt.Errorf("two parts of the key of a journal are named %q, or one has no name", part.Name)
		}
		seen[part.Name] = true
		f := fact{Part: part.Name, Value: part.Value}
		if part.Secret {
			mac := hmac.New(sha256.New, salt)
			mac.Write([]byte(part.Name + "=" + part.Value))
			f.Value, f.Digest = "", hex.EncodeToString(mac.Sum(nil)[:16])
		}
		f.Part, f.Value = valid(f.Part), valid(f.Value)
		held = append(held, f)
	}
	return held, nil
}

// valid returns the text as JSON gives it back: an environment and a command line need not be
// UTF-8.
func valid(s string) string {
	if utf8.ValidString(s) {
		return s
	}
	return strconv.QuoteToASCII(s)
}

// changes says in words what differs between what a journal is of and what is now, part by
// part; nothing if nothing does.
func changes(was, now []fact) (words []string) {
	before := map[string]fact{}
	for _, f := range was {
		before[f.Part] = f
	}
	for _, f := range now {
		old, known := before[f.Part]
		delete(before, f.Part)
		switch {
		case !known:
			words = append(words, fmt.Sprintf("%s is new%s", shown(f.Part), f.given(": ")))
		case old == f:
		case old.Digest != "" || f.Digest != "":
			words = append(words, shown(f.Part)+" has another value")
		default:
			a, b := fromDifference(short(old.Value), short(f.Value))
			words = append(words, fmt.Sprintf("%s was %s and is %s", shown(f.Part), shown(a), shown(b)))
		}
	}
	for _, f := range was {
		if _, gone := before[f.Part]; gone {
			words = append(words, fmt.Sprintf("%s is there no more%s", shown(f.Part), f.given(": it was ")))
		}
	}
	return words
}

// given returns the value after some words, if it is held in clear.
func (f fact) given(words string) string {
	if f.Digest != "" || f.Value == "" {
		return ""
	}
	return words + shown(short(f.Value))
}

var digits = regexp.MustCompile(`[0-9a-f]{64}`)

// short leaves of each digest enough to tell it from others.
func short(s string) string {
	return digits.ReplaceAllStringFunc(s, func(digest string) string { return digest[:12] + "..." })
}

// mostChanges is how many of them one message tells.
const mostChanges = 3

// tell joins the changes in one line.
func tell(words []string) string {
	if more := len(words) - mostChanges; more > 0 {
		words = append(words[:mostChanges:mostChanges], fmt.Sprintf("and %d more parts differ", more))
	}
	return strings.Join(words, "; ")
}

// fromDifference leaves out most of what two long texts begin with alike, so that one sees
// where they differ.
func fromDifference(a, b string) (string, string) {
	const kept = 30
	x, y := []rune(a), []rune(b)
	if max(len(x), len(y)) <= mostShown {
		return a, b
	}
	same := 0
	for same < min(len(x), len(y)) && x[same] == y[same] {
		same++
	}
	if same <= kept {
		return a, b
	}
	return "..." + string(x[same-kept:]), "..." + string(y[same-kept:])
}

// mostShown is how many characters of a text are shown.
const mostShown = 200

// shown returns a text that a file holds as one can print it: cut where it is long, and quoted
// where it has more than printable characters.
func shown(s string) string {
	if runes := []rune(s); len(runes) > mostShown {
		s = string(runes[:mostShown]) + "..."
	}
	if s == "" || strings.ContainsFunc(s, func(r rune) bool { return !unicode.IsPrint(r) }) {
		return strconv.QuoteToGraphic(s)
	}
	return s
}
