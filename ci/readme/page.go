package main

import (
	"slices"
	"strings"
)

// page is a README: its lines, and the steps that it shows.
type page struct {
	lines []string
	steps []step // in order
}

// step is one command or one test.
type step struct {
	line    int     // where it begins, from 1
	command string  // for bash; empty if it is a test
	test    string  // Go source of a test; empty if it is a command
	shown   *string // the output shown; nil if none is to be compared
	end     int     // the line after the output shown, from 1
}

func (s *step) title() string {
	if s.test != "" {
		return "go test on the code shown"
	}
	return "$ " + s.command
}

// parse finds the steps of a README.
func parse(text string) *page {
	p := &page{lines: strings.Split(text, "\n")}
	fence := ""
	open := 0 // how many steps there were when the present fence began
	for i, line := range p.lines {
		if mark, ok := strings.CutPrefix(line, "```"); ok {
			switch {
			case fence != "":
				fence = ""
			case mark == "":
				fence = "text"
			default:
				fence = mark
			}
			open = len(p.steps)
			continue
		}
		inside := len(p.steps) > open
		switch fence {
		case "sh":
			if command, _, _ := strings.Cut(line, " #"); strings.TrimSpace(command) != "" && !strings.HasPrefix(command, "#") {
				p.steps = append(p.steps, step{line: i + 1, command: strings.TrimSpace(command)})
			}
		case "console":
			if command, ok := strings.CutPrefix(line, "$ "); ok {
				p.steps = append(p.steps, step{line: i + 1, command: command, shown: new(string), end: i + 2})
			} else if inside {
				last := &p.steps[len(p.steps)-1]
				*last.shown += line + "\n"
				last.end = i + 2
			}
		case "go":
			if inside {
				p.steps[open].test += line + "\n"
			} else if strings.HasPrefix(line, "package ") {
				p.steps = append(p.steps, step{line: i + 1, test: line + "\n"})
			}
		}
	}
	return p
}

// shows reports whether the output of the command is shown somewhere.
func (p *page) shows(command string) bool {
	return command != "" && slices.ContainsFunc(p.steps, func(s step) bool { return s.shown != nil && s.command == command })
}

// String returns the README with the outputs that its steps now show.
func (p *page) String() string {
	var out []string
	from := 0
	for _, s := range p.steps {
		if s.shown == nil {
			continue
		}
		out = append(out, p.lines[from:s.line]...)
		if text := strings.TrimRight(*s.shown, "\n"); text != "" {
			out = append(out, strings.Split(text, "\n")...)
		}
		from = s.end - 1
	}
	return strings.Join(append(out, p.lines[from:]...), "\n")
}
