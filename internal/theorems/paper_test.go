package theorems

import (
	"io/fs"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
)

const root = "../.."

// paperFaults returns what is wrong with a page that maps the paper to the tree: statements
// that it does not name, and names in its tables that nothing in the tree has.
func paperFaults(page string, statements []string, tests map[string]bool) (faults []string) {
	named := map[string]bool{}
	for line := range strings.Lines(page) {
		cells := strings.Split(line, "|")
		if len(cells) != 7 { // five columns, between two empty ones
			continue
		}
		for column, cell := range cells {
			for _, quoted := range regexp.MustCompile("`[^`]+`").FindAllString(cell, -1) {
				name := strings.Trim(quoted, "`")
				switch column {
				case 3:
					if named[name] = true; !slices.Contains(statements, name) && !strings.HasPrefix(name, "--") && name != "assay theorems" {
						faults = append(faults, "no statement "+name)
					}
				case 4:
					if _, err := fs.Stat(os.DirFS(root), name); err != nil {
						faults = append(faults, "no file "+name)
					}
				case 5:
					if !tests[name] {
						faults = append(faults, "no test "+name)
					}
				}
			}
		}
	}
	for _, name := range statements {
		if !named[name] {
			faults = append(faults, "statement "+name+" is not on the page")
		}
	}
	return faults
}

// TestPaperPage: docs/paper.md names every statement, and nothing that does not exist.
func TestPaperPage(t *testing.T) {
	page, err := os.ReadFile(root + "/docs/paper.md")
	if err != nil {
		t.Fatal(err)
	}
	tests := map[string]bool{}
	declared := regexp.MustCompile(`(?m)^func (Test\w+)\(`)
	err = fs.WalkDir(os.DirFS(root), ".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || !strings.HasSuffix(path, "_test.go") {
			return err
		}
		content, err := os.ReadFile(root + "/" + path)
		for _, match := range declared.FindAllSubmatch(content, -1) {
			tests[string(match[1])] = true
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, s := range list() {
		names = append(names, s.Name)
	}
	for _, fault := range paperFaults(string(page), names, tests) {
		t.Errorf("docs/paper.md: %s", fault)
	}
	row := "| A | says | `gone` | `reduction/gone.go` | `TestGone` |"
	if faults := paperFaults(row, []string{"score"}, tests); len(faults) != 4 {
		t.Errorf("of a page with four faults these are found: %q", faults)
	}
}
