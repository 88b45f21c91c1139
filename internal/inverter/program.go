package inverter

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"time"

	"assay/internal/circuit"
	"assay/internal/text"
)

// program is a SAT solver on the PATH, started anew for every formula. It reads a
// file in DIMACS and answers as the SAT competitions ask: exit status 10 and a model
// on lines that begin with v, or 20 if there is none.
type program struct {
	name    string
	args    []string
	install string // how to get it
	// resultFile says that the model goes to a second file instead, on one line
	// after "SAT".
	resultFile bool
}

// Cadical is told to search as if there were no model: to find one of few is much the
// same, and takes it a third of the time on Speck with 16 unknown bits.
var programs = []program{
	{name: "cadical", args: []string{"--unsat"}, install: "apt-get install cadical"},
	{name: "kissat", install: "https://github.com/arminbiere/kissat"},
	{name: "cryptominisat5", install: "apt-get install cryptominisat"},
	{name: "minisat", install: "apt-get install minisat", resultFile: true},
	{name: "glucose", args: []string{"-model"}, install: "https://github.com/audemard/glucose"},
}

// missingSolver is the error of a solver that is not on the PATH.
type missingSolver struct {
	Solver  string
	Install string // a command, or where it comes from
}

func (m *missingSolver) Error() string {
	return fmt.Sprintf("no program %s on the PATH; install it (%s), or use solver=%s, which is built in", m.Solver, m.Install, gophersatName)
}

// find returns the program as a solver, or a missingSolver.
func (p program) find() (solver, error) {
	path, err := exec.LookPath(p.name)
	if err != nil {
		return nil, &missingSolver{p.name, p.install}
	}
	return installed{p, path}, nil
}

type installed struct {
	program
	path string
}

func (i installed) name() string { return i.program.name }

func (i installed) open(f *circuit.CNF) session { return &programSession{i, f} }

type programSession struct {
	installed
	formula *circuit.CNF
}

func (s *programSession) add(clause []int) { s.formula.Clauses = append(s.formula.Clauses, clause) }

// Exit statuses of a solver.
const (
	satisfiable   = 10
	unsatisfiable = 20
)

func (s *programSession) solve(ctx context.Context) (model []bool, conflicts uint64, err error) {
	dir, err := os.MkdirTemp("", "assay-sat-")
	if err != nil {
		return nil, 0, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	formula, result := filepath.Join(dir, "formula.cnf"), filepath.Join(dir, "result")
	if err := s.write(formula); err != nil {
		return nil, 0, err
	}
	args := append(append([]string(nil), s.args...), formula)
	if s.resultFile {
		args = append(args, result)
	}
	cmd := exec.CommandContext(ctx, s.path, args...) // killed when ctx is done
	cmd.WaitDelay = time.Second                      // for children of its own that hold its output
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	err = cmd.Run()
	if ctx.Err() != nil {
		return nil, 0, ctx.Err()
	}
	conflicts = readConflicts(stdout.String())
	var exit *exec.ExitError
	if !errors.As(err, &exit) && err != nil {
		return nil, conflicts, err
	}
	switch status := cmd.ProcessState.ExitCode(); status {
	case satisfiable:
	case unsatisfiable:
		return nil, conflicts, errUnsatisfiable
	default:
		return nil, conflicts, fmt.Errorf("no answer (%v): %s", cmd.ProcessState, text.Cut(lastLine(stderr.String()+stdout.String()), 200))
	}
	answer := io.Reader(&stdout)
	if s.resultFile {
		file, err := os.Open(result)
		if err != nil {
			return nil, conflicts, err
		}
		defer file.Close()
		answer = file
	}
	model, err = readModel(answer, s.resultFile, s.formula.Variables)
	if err != nil {
		return nil, conflicts, wrongSolver(s.name(), err)
	}
	return model, conflicts, nil
}

func (s *programSession) write(path string) error {
	file, err := os.Create(path)
	if err != nil {
		return err
	}
	return errors.Join(s.formula.WriteDIMACS(file), file.Close())
}

// readModel reads a model of n variables: literals, ended by 0, from the lines that
// begin with "v " or, if bare, from those that do not begin with a letter. A variable
// that is not mentioned is false. It is an error if the model does not end, is
// contradictory or is not a list of literals.
func readModel(r io.Reader, bare bool, n int) ([]bool, error) {
	model := make([]bool, n)
	mentioned := make([]bool, n)
	lines := bufio.NewReader(r)
	for number := 1; ; number++ {
		line, err := lines.ReadString('\n')
		if err != nil && err != io.EOF {
			return nil, fmt.Errorf("read the model: %w", err)
		}
		fields := strings.Fields(line)
		if !bare && len(fields) > 0 {
			if fields[0] == "v" {
				fields = fields[1:]
			} else {
				fields = nil
			}
		} else if bare && len(fields) == 1 && fields[0] == "SAT" {
			fields = nil
		}
		for _, field := range fields {
			l, err := strconv.Atoi(field)
			if err != nil || l < -n || l > n { // before the sign is changed: that of -2^63 cannot be
				return nil, fmt.Errorf("line %d of the model: %s is not a literal of %d variables", number, strconv.Quote(text.Cut(field, 40)), n)
			}
			v := max(l, -l)
			switch {
			case l == 0:
				return model, nil
			case mentioned[v-1] && model[v-1] != (l > 0):
				return nil, fmt.Errorf("line %d of the model: both %d and %d", number, v, -v)
			}
			mentioned[v-1], model[v-1] = true, l > 0
		}
		if err == io.EOF {
			return nil, errors.New("the model does not end with 0")
		}
	}
}

var conflictCount = regexp.MustCompile(`(?m)^(?:c\s+)?conflicts\s*:\s*(\d+)`)

// readConflicts returns the number of conflicts among the statistics of a solver, 0
// if they do not say.
func readConflicts(statistics string) uint64 {
	match := conflictCount.FindStringSubmatch(statistics)
	if match == nil {
		return 0
	}
	count, err := strconv.ParseUint(match[1], 10, 64)
	if err != nil { // not even the number of conflicts of a long run
		return 0
	}
	return count
}

// lastLine returns the last line of text that is not empty.
func lastLine(said string) string {
	said = strings.TrimSpace(said)
	return said[strings.LastIndexByte(said, '\n')+1:]
}
