package registry

import (
	"testing"

	"assay/spec"
)

// TestAdd: families come in the order in which they were added, the list that is handed out is a
// copy, and of two with one prefix the second is a panic.
func TestAdd(t *testing.T) {
	before := len(Families())
	read := func(argument string) (string, func(string) (*spec.Problem, error), error) {
		return argument + "1", nil, nil
	}
	first, second := Family{Prefix: "first:", Argument: "N", Example: "n=", Read: read}, Family{Prefix: "second:", Read: read}
	Add(first)
	Add(second)
	Families()[before].Prefix = "changed:"
	all := Families()[before:]
	if len(all) != 2 || all[0].Default() != "first:n=1" || all[0].Base() != "first:N" || all[1].Prefix != "second:" {
		t.Errorf("after two were added there are %+v", all)
	}
	defer func() {
		if recover() == nil {
			t.Error("a prefix is taken twice")
		}
	}()
	Add(first)
}
