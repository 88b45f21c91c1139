package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"assay/props"
)

// exitCode returns the exit code that stands for the verdict; see main.go.
func exitCode(v *props.Verdict) int {
	switch {
	case v.Stop == props.StopInterrupted:
		return 130
	case v.Fault != nil && v.Fault.Kind != props.FaultRefusal:
		return 3
	case v.Outcome == props.Rejected:
		return 1
	case v.Outcome == props.NotRejected:
		return 0
	}
	return 4
}

// report writes the verdict where the flags say, with the command that repeats it.
func (c *check) report(std streams, v *props.Verdict) error {
	repeat := c.repeat(v)
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	if err := encoder.Encode(struct {
		*props.Verdict
		Repeat string `json:"repeat"`
	}{v, repeat}); err != nil {
		return fmt.Errorf("writing the verdict as JSON: %w", err)
	}
	if c.JSON == "-" {
		_, err := std.out.Write(text.Bytes())
		return err
	}
	if _, err := fmt.Fprintf(std.out, "%v  repeat    %s\n", v, repeat); err != nil {
		return err
	}
	if c.JSON == "" {
		return nil
	}
	return writeFile(c.JSON, text.Bytes())
}

// repeat returns the command that gives the verdict again: every name in full, and
// in place of a time limit or an interruption the calls that were made by then.
func (c *check) repeat(v *props.Verdict) string {
	args := []string{"assay", "check", v.Candidate}
	for i := range c.On {
		args = append(args, "--on", v.Problems[i].Problem)
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
	}
	calls := c.Calls
	if v.Stop == props.StopTime || v.Stop == props.StopInterrupted {
		calls = 1
		for _, finding := range v.Problems {
			calls = max(calls, finding.Calls)
		}
	}
	args = append(args, "--alpha", number(v.Alpha), "--calls", strconv.Itoa(calls),
		"--draws", strconv.Itoa(v.DrawsACall), "--seed", strconv.FormatUint(v.Seed, 10))
	for i, arg := range args {
		args[i] = quote(arg)
	}
	return strings.Join(args, " ")
}

func number(x float64) string { return strconv.FormatFloat(x, 'g', -1, 64) }

// quote quotes an argument for a shell, if it needs that.
func quote(arg string) string {
	plain := arg != ""
	for _, r := range arg {
		plain = plain && (r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("-_./:=,+@%", r))
	}
	if plain {
		return arg
	}
	return "'" + strings.ReplaceAll(arg, "'", `'\''`) + "'"
}
