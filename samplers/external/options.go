package external

import (
	"fmt"
	"io"
	"time"
)

// Options says how a program is run. The zero value is one process, without a limit on
// its memory, its standard error thrown away.
type Options struct {
	Dir     string        // where it runs; default: here
	Env     []string      // environment variables that it sees besides the usual: NAME, or NAME=VALUE
	Jobs    int           // how many processes at most; default 1
	Timeout time.Duration // for one call; default defaultTimeout
	Startup time.Duration // for saying hello; default the greater of Timeout and defaultStartup
	Grace   time.Duration // for ending when asked to, before it is killed; default defaultGrace
	Memory  uint64        // bytes of address space at most, on Linux; default no limit
	Stderr  io.Writer     // where its standard error goes, line by line; default nowhere
	Prefix  string        // what each of those lines begins with
}

// The defaults of [Options].
const (
	defaultTimeout = time.Minute
	defaultStartup = time.Minute
	defaultGrace   = 3 * time.Second
)

// filled returns the options with their defaults filled in, or says what is wrong.
func (o Options) filled() (*Options, error) {
	switch {
	case o.Jobs < 0:
		return nil, fmt.Errorf("jobs is %d, want at least 1", o.Jobs)
	case o.Timeout < 0, o.Startup < 0, o.Grace < 0:
		return nil, fmt.Errorf("a time-out is negative, want a duration such as 30s")
	}
	if err := checkVariables(o.Env); err != nil {
		return nil, err
	}
	if o.Jobs == 0 {
		o.Jobs = 1
	}
	if o.Timeout == 0 {
		o.Timeout = defaultTimeout
	}
	if o.Startup == 0 {
		o.Startup = max(o.Timeout, defaultStartup)
	}
	if o.Grace == 0 {
		o.Grace = defaultGrace
	}
	if o.Stderr == nil {
		o.Stderr = io.Discard
	}
	o.Stderr = &serial{w: o.Stderr}
	return &o, nil
}
