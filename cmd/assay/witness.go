package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"unicode"

	"gonum.org/v1/gonum/mat"

	"assay/props/evidence"
	"assay/samplers/external"
)

// witnesses is the command line of witnesses that programs offer.
type witnesses struct {
	Witness []string `placeholder:"COMMAND" sep:"none" help:"Look at the witnesses of a program of your own too, such as 'python3 my_witness.py', or own for those that the program after -- offers; may be repeated. See docs/protocol.md."`
}

// ownWitness, after --witness, is the program after -- itself.
const ownWitness = "own"

// offered is a program of witnesses as a statistic of the judgement.
type offered struct{ *external.Witness }

var _ evidence.Statistic = offered{}

// Learned returns how many of the witnesses the learner is offered: all.
func (o offered) Learned() int { return len(o.Names()) }

// Pooled reports that no value looks at the other members.
func (o offered) Pooled() bool { return false }

// Evaluate asks the program. What goes wrong there ends the judgement.
func (o offered) Evaluate(dst [][]float64, p *evidence.Pool) {
	if err := o.Values(dst, mat.DenseCopyOf(p.X), p.Y); err != nil {
		p.Fail(err)
	}
}

// mistake returns what is wrong with --witness before a program is started. It lets the flags for
// programs go with one of witnesses.
func (w *witnesses) mistake(p *program) error {
	p.witnessed = len(w.Witness) > 0
	_, err := w.commands(p)
	return err
}

// flags returns --witness as it was given, for the command that repeats a run.
func (w *witnesses) flags() (flags []string) {
	for _, text := range w.Witness {
		flags = append(flags, "--witness", text)
	}
	return flags
}

// commands returns the commands after --witness.
func (w *witnesses) commands(p *program) (commands [][]string, err error) {
	for _, text := range w.Witness {
		command, err := splitWords(text)
		switch {
		case text == ownWitness && len(p.command) == 0:
			return nil, errors.New("--witness own goes with a program after --, whose witnesses it asks for")
		case text == ownWitness:
			command = p.command
		case err != nil:
			return nil, fmt.Errorf("--witness=%s: %w", text, err)
		case len(command) == 0:
			return nil, errors.New("--witness is empty: want a command such as 'python3 my_witness.py', or own")
		}
		commands = append(commands, command)
	}
	return commands, nil
}

// start starts the programs after --witness, each in processes that serve nothing else, and returns
// what to do when they are wanted no more.
func (w *witnesses) start(ctx context.Context, p *program, std streams) (statistics []evidence.Statistic, end func(), err error) {
	var started []*external.Witness
	end = func() {
		for _, one := range started {
			one.Close() // how it ends changes no verdict
		}
	}
	commands, err := w.commands(p)
	if err != nil || len(commands) == 0 {
		return nil, end, err
	}
	options, err := p.options(std)
	if err != nil {
		return nil, end, err
	}
	options.Prefix = "witness: "
	for _, command := range commands {
		one, err := external.NewWitness(ctx, command, options)
		if err != nil {
			end()
			if ctx.Err() != nil {
				err = &interruption{"a program of witnesses"}
			}
			return nil, nil, err
		}
		started = append(started, one)
		statistics = append(statistics, offered{one})
	}
	return statistics, end, nil
}

// splitWords splits a command line into words as a shell does, at blanks outside of quotation
// marks; nothing else has a meaning, and within single marks no backslash has.
func splitWords(line string) (words []string, err error) {
	var word strings.Builder
	var mark rune // that is open
	within, escaped := false, false
	for _, r := range line {
		switch {
		case escaped:
			word.WriteRune(r)
			escaped = false
		case r == '\\' && mark != '\'':
			within, escaped = true, true
		case mark != 0 && r == mark:
			mark = 0
		case mark != 0:
			word.WriteRune(r)
		case r == '\'' || r == '"':
			within, mark = true, r
		case unicode.IsSpace(r):
			if within {
				words = append(words, word.String())
			}
			word.Reset()
			within = false
		default:
			within = true
			word.WriteRune(r)
		}
	}
	switch {
	case mark != 0:
		return nil, fmt.Errorf("the quotation mark %c is not closed", mark)
	case escaped:
		return nil, errors.New("it ends in a backslash; want what is behind it")
	case within:
		words = append(words, word.String())
	}
	return words, nil
}
