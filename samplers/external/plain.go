package external

import (
	"encoding/json"
	"strconv"
)

// plain returns an id as we write it, if it is a whole number.
func plain(id json.RawMessage) json.RawMessage {
	if s, err := hear(id); err == nil {
		if n, err := s.whole(); err == nil {
			return strconv.AppendInt(nil, int64(n), 10)
		}
	}
	return id
}

// plainError returns the error of a response with a code that is written as a whole number. It is an
// error, in words, if it is none.
func plainError(text json.RawMessage) (json.RawMessage, error) {
	s, err := hear(text)
	if err != nil {
		return nil, err
	}
	s.where = "error"
	if _, ok := s.value.(map[string]any); !ok {
		return nil, s.wrong(`an object with a "code" and a "message"`)
	}
	var plain struct {
		Code    int    `json:"code"`
		Message string `json:"message"`
	}
	l := &listener{of: s}
	hearKey(l, "code", &plain.Code, said.whole)
	hearKey(l, "message", &plain.Message, said.text)
	if l.err != nil {
		return nil, l.err
	}
	return json.Marshal(plain)
}
