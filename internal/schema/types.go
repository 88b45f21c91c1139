package schema

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"reflect"
	"slices"
	"strings"
)

// node is what of a schema says which keys there are.
type node struct {
	Ref        string          `json:"$ref"`
	Type       any             `json:"type"`
	Properties map[string]node `json:"properties"`
	Required   []string        `json:"required"`
	Additional any             `json:"additionalProperties"`
	Items      *node           `json:"items"`
	Defs       map[string]node `json:"$defs"`
}

// Unlike says in what the definition of a schema, a place such as record.schema.json or
// verdict.schema.json#/$defs/verdict, differs from the JSON form of a type: every struct in it has the
// keys of the object there and no others, required being those that are never left out, and nothing
// more is allowed. Keys besides, which the command line adds, the schema may have.
func Unlike(t reflect.Type, place string, besides ...string) []string {
	file, path, _ := strings.Cut(place, "#/$defs/")
	at, err := definition(file, path)
	if err != nil {
		return []string{err.Error()}
	}
	return unlike(t, at, file, place, besides)
}

func definition(file, name string) (node, error) {
	var root node
	text, err := os.ReadFile(Path(file))
	if err == nil {
		err = json.Unmarshal(text, &root)
	}
	at, ok := root, true
	if name != "" {
		at, ok = root.Defs[name]
	}
	if err == nil && !ok {
		err = fmt.Errorf("%s has no definition %q", file, name)
	}
	return at, err
}

func unlike(t reflect.Type, at node, file, place string, besides []string) (faults []string) {
	if to, name, ok := strings.Cut(at.Ref, "#/$defs/"); ok {
		if to != "" {
			file = to
		}
		var err error
		if at, err = definition(file, name); err != nil {
			return []string{place + ": " + err.Error()}
		}
	}
	switch t.Kind() {
	case reflect.Pointer:
		return unlike(t.Elem(), at, file, place, besides)
	case reflect.Slice:
		if t.Elem().Kind() == reflect.Uint8 || at.Items == nil {
			return nil
		}
		return unlike(t.Elem(), *at.Items, file, place+"[]", besides)
	case reflect.Struct:
	default:
		return nil
	}
	if _, text := reflect.PointerTo(t).MethodByName("MarshalText"); text {
		return nil
	}
	if closed, ok := at.Additional.(bool); !ok || closed {
		faults = append(faults, place+" allows other keys")
	}
	required := map[string]bool{}
	var keys, known []string
	for _, field := range reflect.VisibleFields(t) {
		key, options, _ := strings.Cut(field.Tag.Get("json"), ",")
		if field.Anonymous || key == "-" || key == "" {
			continue
		}
		keys = append(keys, key)
		if !strings.Contains(options, "omitempty") {
			required[key] = true
		}
		if property, ok := at.Properties[key]; ok {
			faults = append(faults, unlike(field.Type, property, file, place+"."+key, besides)...)
		}
	}
	for key := range at.Properties {
		if !slices.Contains(besides, key) {
			known = append(known, key)
		}
	}
	for what, sets := range map[string][2][]string{
		"keys":          {slices.Sorted(slices.Values(keys)), slices.Sorted(slices.Values(known))},
		"required keys": {slices.Sorted(maps.Keys(required)), slices.Sorted(slices.Values(at.Required))},
	} {
		if !slices.Equal(sets[0], sets[1]) {
			faults = append(faults, fmt.Sprintf("%s has the %s %v in the schema, want %v", place, what, sets[1], sets[0]))
		}
	}
	return faults
}

// Spoilt returns the JSON forms that a schema which knows all keys must refuse, by what is wrong:
// for each object in the text and each of its keys one without it, and for each object one with a key
// more. What is optional, and what is open to any key, is given as ends of places such as .problems[].y.
func Spoilt(text []byte, optional, open []string) (map[string][]byte, error) {
	in := func(place string, ends []string) bool {
		return slices.ContainsFunc(ends, func(end string) bool { return strings.HasSuffix(place, end) })
	}
	var whole any
	if err := json.Unmarshal(text, &whole); err != nil {
		return nil, err
	}
	spoilt := map[string][]byte{}
	var failure error
	keep := func(what string) {
		form, err := json.Marshal(whole)
		if err != nil {
			failure = err
		}
		spoilt[what] = form
	}
	var walk func(value any, place string)
	walk = func(value any, place string) {
		switch value := value.(type) {
		case []any:
			for _, item := range value[:min(len(value), 2)] {
				walk(item, place+"[]")
			}
		case map[string]any:
			for _, key := range slices.Sorted(maps.Keys(value)) {
				walk(value[key], place+"."+key)
				if old := value[key]; !in(place+"."+key, optional) {
					delete(value, key)
					keep("without " + place + "." + key)
					value[key] = old
				}
			}
			if !in(place, open) {
				value["no such key"] = 1
				keep("one more in " + place)
				delete(value, "no such key")
			}
		}
	}
	walk(whole, "")
	return spoilt, failure
}
