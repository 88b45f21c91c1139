package external

import (
	"encoding/json"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestWholeNumbers(t *testing.T) {
	for text, want := range map[string]int{"4": 4, "4.0": 4, "4e0": 4, "40e-1": 4, "-3.0": -3, "0.0": 0, "9007199254740992": 1 << 53, "1e3": 1000} {
		s, err := hear([]byte(text))
		if err != nil {
			t.Fatal(err)
		}
		if n, err := s.whole(); err != nil || n != want {
			t.Errorf("%s: %d, error %v", text, n, err)
		}
	}
	for _, text := range []string{"4.5", "1e300", "1e400", "99999999999999999999", `"4"`, "true", "null", "[4]", "{}"} {
		s, err := hear([]byte(text))
		if err != nil {
			t.Fatal(err)
		}
		if n, err := s.whole(); err == nil {
			t.Errorf("%s is %d", text, n)
		}
	}
}

// TestHeard: what is wrong is said in the words of the protocol, and where.
func TestHeard(t *testing.T) {
	for text, want := range map[string]string{
		`{"draws":{"dtype":"<f8","shape":[2,3.0],"data":""}}`:     "",
		`{"Draws":{"DType":"<f8","shape":[2,3],"data":""}}`:       "",
		`{"draws":{"shape":[2,"3"]}}`:                             `draws.shape[1] is the string "3", want a whole number`,
		`{"draws":{"shape":[2,` + strings.Repeat("9", 50) + `]}}`: `draws.shape[1] is a long number, want a whole number`,
		`{"draws":{"shape":"` + strings.Repeat("x", 50) + `"}}`:   `draws.shape is a string, want a list`,
		`{"draws":{"data":7}}`:                                    `draws.data is 7, want a string`,
		`{"draws":[[1,2]]}`:                                       `draws is a list, want an array`,
		`[1]`:                                                     `it is a list, want an object`,
		`null`:                                                    `it is null, want an object`,
		`{} {}`:                                                   `something follows it`,
	} {
		s, err := hear([]byte(text))
		if err == nil {
			_, err = s.arrayAt("draws")
		}
		if want == "" && err != nil || want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
			t.Errorf("%s: error %v, want %q", text, err, want)
		}
	}
}

// TestPlain: ids and codes that are whole numbers are as we write them; others stay.
func TestPlain(t *testing.T) {
	for id, want := range map[string]string{"1": "1", "1.0": "1", "1e0": "1", `"1"`: `"1"`, "1.5": "1.5", "null": "null"} {
		if got := string(plain(json.RawMessage(id))); got != want {
			t.Errorf("%s became %s, want %s", id, got, want)
		}
	}
	for text, want := range map[string]string{
		`{"code":2.0,"message":"bad","data":[1]}`: `{"code":2,"message":"bad"}`,
		`{"message":"bad"}`:                       `{"code":0,"message":"bad"}`,
		`"bad"`:                                   `error is the string "bad", want an object with a "code" and a "message"`,
		`{"code":"2"}`:                            `error.code is the string "2", want a whole number`,
		`{"code":2,"message":7}`:                  `error.message is 7, want a string`,
	} {
		got, err := plainError(json.RawMessage(text))
		if err != nil {
			got = json.RawMessage(err.Error())
		}
		if string(got) != want {
			t.Errorf("%s became %s, want %s", text, got, want)
		}
	}
}

// TestAnythingIsHeard: whatever JSON comes in the place of anything is read or refused in words that
// are not those of Go.
func TestAnythingIsHeard(t *testing.T) {
	value := rapid.SampledFrom([]string{"1", "1.0", "-1", "0.5", "1e400", `""`, `"<f8"`, "null", "true", "[]", "{}", "[1,2.0]", `["a"]`, `[{}]`, `{"shape":[1]}`, `{"dtype":1}`})
	keys := []string{"protocol", "name", "version", "independent", "batch", "witnesses", "draws", "problem", "x", "v", "sigma", "n", "call", "shape", "code", "message"}
	rapid.Check(t, func(t *rapid.T) {
		var parts []string
		for _, key := range keys {
			if rapid.Bool().Draw(t, key) {
				parts = append(parts, `"`+key+`":`+value.Draw(t, "value"))
			}
		}
		s, err := hear([]byte("{" + strings.Join(parts, ",") + "}"))
		if err != nil {
			t.Fatal(err)
		}
		_, err1 := s.hello()
		_, err2 := s.question()
		_, err3 := s.arrayAt("draws")
		for _, err := range []error{err1, err2, err3} {
			if err != nil && (!strings.Contains(err.Error(), ", want ") || strings.Contains(err.Error(), "json") || strings.Contains(err.Error(), "float64")) {
				t.Fatalf("%s: %v", parts, err)
			}
		}
	})
}
