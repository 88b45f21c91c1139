package ci

import (
	"bufio"
	"bytes"
	"cmp"
	"fmt"
	"go/scanner"
	"go/token"
	"os"
	"slices"
	"strings"
	"testing"
)

// window is the least number of repeated lines of code that is looked at.
const window = 6

// codeLine is a line of a file without comments and white space, in tokens.
type codeLine struct {
	number int
	text   string
}

// codeLines returns the lines of a file that say something: no comments, no imports, no
// line of brackets alone.
func codeLines(s source) (lines []codeLine) {
	files := token.NewFileSet()
	file := files.AddFile(s.path, -1, len(s.content))
	var scan scanner.Scanner
	scan.Init(file, s.content, nil, 0)
	importing := false // until the end of the declaration
	depth := 0
	for {
		pos, tok, text := scan.Scan()
		if tok == token.EOF {
			break
		}
		switch tok {
		case token.IMPORT:
			importing, depth = true, 0
		case token.LPAREN:
			depth++
		case token.RPAREN:
			depth--
		}
		if importing {
			importing = tok != token.SEMICOLON || depth > 0
			continue
		}
		if tok == token.SEMICOLON && text == "\n" {
			continue
		}
		if text == "" {
			text = tok.String()
		}
		number := file.Line(pos)
		if len(lines) == 0 || lines[len(lines)-1].number != number {
			lines = append(lines, codeLine{number: number})
		}
		lines[len(lines)-1].text += text + " "
	}
	return slices.DeleteFunc(lines, func(l codeLine) bool { return strings.Trim(l.text, "{}()[], ") == "" })
}

// repeat is a run of lines that stands in two places.
type repeat struct {
	a, b  string // "path:line" of the first lines
	lines int
	first string // the first line, in tokens
}

// pair names the two files of the repetition, in order.
func (r repeat) pair() string {
	a, _, _ := strings.Cut(r.a, ":")
	b, _, _ := strings.Cut(r.b, ":")
	return min(a, b) + " " + max(a, b)
}

// repeats finds the longest runs of window lines or more that are the same in two places,
// but for white space and comments.
func repeats(files []source) (found []repeat) {
	type place struct{ file, line int }
	all := make([][]codeLine, len(files))
	met := map[string][]place{}
	for f, s := range files {
		all[f] = codeLines(s)
		for i := 0; i+window <= len(all[f]); i++ {
			var key strings.Builder
			for _, line := range all[f][i : i+window] {
				key.WriteString(line.text + "\n")
			}
			met[key.String()] = append(met[key.String()], place{f, i})
		}
	}
	same := func(a, b place) bool {
		return a.line >= 0 && b.line >= 0 && a.line < len(all[a.file]) && b.line < len(all[b.file]) &&
			all[a.file][a.line].text == all[b.file][b.line].text
	}
	for _, places := range met {
		for i, a := range places {
			for _, b := range places[i+1:] {
				if same(place{a.file, a.line - 1}, place{b.file, b.line - 1}) {
					continue // part of a longer one
				}
				n := 0
				for same(place{a.file, a.line + n}, place{b.file, b.line + n}) && (a.file != b.file || a.line+n < b.line) {
					n++
				}
				if n < window {
					continue // a run that overlaps itself
				}
				at := func(p place) string { return fmt.Sprintf("%s:%d", files[p.file].path, all[p.file][p.line].number) }
				found = append(found, repeat{at(a), at(b), n, all[a.file][a.line].text})
			}
		}
	}
	slices.SortFunc(found, func(a, b repeat) int { return cmp.Or(cmp.Compare(a.a, b.a), cmp.Compare(a.b, b.b)) })
	return found
}

// isCode reports whether a file is written by hand and is not a test.
func isCode(s source) bool {
	return !s.isTest() && !bytes.HasPrefix(s.content, []byte("// Code generated ")) && !strings.Contains(s.path, "/testdata/")
}

// allowedRepeats reads duplicates.txt: two files, the number of lines that they may share in
// one run, and why.
func allowedRepeats(t *testing.T) map[string]int {
	t.Helper()
	content, err := os.ReadFile("duplicates.txt")
	if err != nil {
		t.Fatal(err)
	}
	allowed := map[string]int{}
	for scan := bufio.NewScanner(bytes.NewReader(content)); scan.Scan(); {
		line := scan.Text()
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		var a, b string
		var lines int
		head, why, _ := strings.Cut(line, ": ")
		if _, err := fmt.Sscan(head, &a, &b, &lines); err != nil || a > b || len(why) < 10 {
			t.Fatalf("duplicates.txt: %q is not FILE FILE LINES: WHY, the files in order", line)
		}
		allowed[a+" "+b] = lines
	}
	return allowed
}

// TestDuplicates: six lines that stand in two places are one piece of code, or duplicates.txt
// says why not.
func TestDuplicates(t *testing.T) {
	allowed := allowedRepeats(t)
	files := slices.DeleteFunc(sources(t), func(s source) bool { return !isCode(s) })
	longest := map[string]int{}
	for _, r := range repeats(files) {
		longest[r.pair()] = max(longest[r.pair()], r.lines)
		if r.lines > allowed[r.pair()] {
			t.Errorf("%s and %s share %d lines of code from %q on: make them one, or say why not in ci/duplicates.txt", r.a, r.b, r.lines, r.first)
		}
	}
	for pair, lines := range allowed {
		if longest[pair] != lines {
			t.Errorf("duplicates.txt: %s share %d lines in one run, not %d", pair, longest[pair], lines)
		}
	}
}

func TestDuplicatesPlanted(t *testing.T) {
	const block = "x := 1\ny := x\n}\nz := y // why\nf(x, y)\ng(z)\nreturn\n"
	one := source{"spec/a.go", []byte("package a\nimport \"fmt\"\nfunc a() {\n" + block + "}\n")}
	two := source{"spec/b.go", []byte("package b\nfunc b() {\n" + strings.ReplaceAll(block, "\n", "\n\n  ") + "}\n")}
	five := source{"spec/c.go", []byte("package c\nfunc c() {\n" + strings.Replace(block, "g(z)", "h(z)", 1) + "}\n")}
	twice := source{"spec/d.go", []byte("package d\nfunc d() {\n" + block + "q()\n" + block + "}\n")}
	for _, test := range []struct {
		files []source
		want  []string
	}{
		{[]source{one, two}, []string{"spec/a.go:4 spec/b.go:3 6"}},
		{[]source{one, five}, nil},
		{[]source{twice}, []string{"spec/d.go:3 spec/d.go:11 6"}},
	} {
		var got []string
		for _, r := range repeats(test.files) {
			got = append(got, fmt.Sprintf("%s %s %d", r.a, r.b, r.lines))
		}
		if !slices.Equal(got, test.want) {
			t.Errorf("planted: %q, want %q", got, test.want)
		}
	}
}
