package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"assay/internal/results"
	"assay/internal/text"
	"assay/props"
)

// exitCode returns the exit code that stands for a verdict; see main.go.
func exitCode(outcome props.Outcome, stop props.Stop) int {
	switch {
	case stop == props.StopInterrupted:
		return 130
	case outcome == props.Rejected:
		return 1
	case stop == props.StopFault:
		return 3
	case outcome == props.NotRejected:
		return 0
	}
	return 4
}

// writeVerdict writes a verdict in words and the command that repeats it to stdout,
// and both as JSON to the file at path, if that is not empty; if it is "-", only the
// JSON to stdout.
func writeVerdict(std streams, path string, verdict fmt.Stringer, repeat string) error {
	encoded, err := verdictJSON(verdict, repeat)
	if err != nil {
		return fmt.Errorf("writing the verdict as JSON: %w", err)
	}
	if path == "-" {
		_, err := std.out.Write(encoded)
		return err
	}
	var page text.Page
	fmt.Fprint(&page, verdict)
	page.Field("repeat", "%s", repeat)
	if _, err := fmt.Fprint(std.out, page.String()); err != nil {
		return err
	}
	if path == "" {
		return nil
	}
	return writeFile(path, encoded)
}

// verdictJSON returns the verdict, a JSON object, with the command that repeats it as
// its last key.
func verdictJSON(verdict any, repeat string) ([]byte, error) {
	encoded, err := withRepeat(verdict, repeat)
	if err != nil {
		return nil, err
	}
	return results.Handed(json.RawMessage(encoded)), nil
}

func withRepeat(verdict any, repeat string) ([]byte, error) {
	var flat, indented bytes.Buffer
	encoder := json.NewEncoder(&flat)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(verdict); err != nil {
		return nil, err
	}
	flat.Truncate(bytes.LastIndexByte(flat.Bytes(), '}'))
	flat.WriteString(`,"repeat":`)
	if err := encoder.Encode(repeat); err != nil {
		return nil, err
	}
	flat.WriteByte('}')
	if err := json.Indent(&indented, flat.Bytes(), "", "  "); err != nil {
		return nil, err
	}
	indented.WriteByte('\n')
	return text.JSON(indented.Bytes()), nil
}

// repeat returns the command that gives the verdict again: every name in full, and
// in place of a time limit or an interruption the calls that were made by then.
func (c *check) repeat(v *props.Verdict) string {
	var problems []string
	for _, finding := range v.Problems {
		problems = append(problems, finding.Problem)
	}
	args := c.named(v.Candidate, problems)
	calls := c.Calls
	if v.Stop == props.StopTime || v.Stop == props.StopInterrupted {
		calls = 1
		for _, finding := range v.Problems {
			calls = max(calls, finding.Calls)
		}
		if v.Pending != nil && v.Pending.Stalled {
			calls++ // the one that was waited for is to be answered
		}
	}
	if !v.Tolerance.Exact() {
		args = append(args, c.tolerance.flags()...)
	}
	if v.Local > 0 {
		args = append(args, "--local", strconv.Itoa(v.Local))
	}
	args = append(args, c.witnesses.flags()...)
	args = append(args, "--alpha", number(v.Alpha), "--calls", strconv.Itoa(calls),
		"--draws", strconv.Itoa(v.DrawsACall), "--seed", strconv.FormatUint(v.Seed, 10))
	return joinQuoted(append(args, c.words()...))
}

// named returns the command up to what is judged on: the problems, those of --on first,
// have the given names in full.
func (c *check) named(candidate string, problems []string) []string {
	args := []string{"assay", "check"}
	if len(c.command) == 0 {
		args = append(args, candidate)
	}
	for i := range c.On {
		args = append(args, "--on", problems[i])
	}
	if c.Data != "" {
		args = append(args, "--data", c.Data, "--op", c.Op)
		for _, flag := range []struct {
			name  string
			value *float64
		}{{"--beta", c.Beta}, {"--bandwidth", c.Bandwidth}} {
			if flag.value != nil {
				args = append(args, flag.name, number(*flag.value))
			}
		}
		if c.Standardise {
			args = append(args, "--standardise")
		}
		if c.AsIs {
			args = append(args, "--as-is")
		}
	}
	return args
}

// joinQuoted returns a command line of the arguments.
func joinQuoted(args []string) string {
	quoted := make([]string, len(args))
	for i, arg := range args {
		quoted[i] = quote(arg)
	}
	return strings.Join(quoted, " ")
}

func number(x float64) string { return strconv.FormatFloat(x, 'g', -1, 64) }

// quote quotes an argument for a shell, if it needs that. One with characters that a terminal
// does not show, or that are not UTF-8, is written as bash and POSIX since 2024 read it: $'\033'.
func quote(arg string) string {
	plain := arg != ""
	for _, r := range arg {
		plain = plain && (r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("-_./:=,+@%", r))
	}
	if plain {
		return arg
	}
	if arg != text.Safe(arg) {
		var b strings.Builder
		for i := range len(arg) {
			switch c := arg[i]; {
			case c == '\'' || c == '\\':
				b.WriteString(`\` + string(rune(c)))
			case c < ' ' || c > '~':
				fmt.Fprintf(&b, `\%03o`, c) // three digits, so that one that follows is none of them
			default:
				b.WriteByte(c)
			}
		}
		return "$'" + b.String() + "'"
	}
	return "'" + strings.ReplaceAll(arg, "'", `'\''`) + "'"
}
