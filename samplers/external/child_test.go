//go:build unix

package external_test

import (
	"bufio"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"os/exec"
	"os/signal"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"gonum.org/v1/gonum/mat"

	"assay/spec"
)

// The tests start this test binary again as the candidate: a child that speaks the
// protocol by hand, and breaks it in the way that its argument says.
func TestMain(m *testing.M) {
	if len(os.Args) > 2 && os.Args[1] == "child" {
		(&child{mode: os.Args[2], in: bufio.NewReader(os.Stdin), problems: map[int]json.RawMessage{}}).run()
		os.Exit(0)
	}
	os.Exit(m.Run())
}

type child struct {
	mode     string
	in       *bufio.Reader
	problems map[int]json.RawMessage
	last     int // the problem that was described last
	asked    int
}

type message struct {
	ID     json.RawMessage `json:"id"`
	Method string          `json:"method"`
	Params struct {
		ID      int             `json:"id"`
		Problem json.RawMessage `json:"problem"`
		X       wire            `json:"x"`
		Y       wire            `json:"y"`
		N       int             `json:"n"`
		Seed    uint64          `json:"seed"`
		Seeds   []uint64        `json:"seeds"`
	} `json:"params"`
	Result struct {
		Value wire `json:"value"`
	} `json:"result"`
	Error *struct {
		Message string `json:"message"`
	} `json:"error"`
}

// wire is an array as the protocol sends it, coded independently of the package.
type wire struct {
	DType string `json:"dtype"`
	Shape []int  `json:"shape"`
	Data  []byte `json:"data"` // the standard library writes base64
}

func pack(numbers []float64, shape ...int) wire {
	raw, err := binary.Append(nil, binary.LittleEndian, numbers)
	if err != nil {
		panic(err)
	}
	return wire{"<f8", shape, raw}
}

func (w wire) numbers() []float64 {
	numbers := make([]float64, len(w.Data)/8)
	if _, err := binary.Decode(w.Data, binary.LittleEndian, numbers); err != nil {
		panic(err)
	}
	return numbers
}

func (c *child) receive() (m message) {
	line, err := c.in.ReadBytes('\n')
	if err != nil {
		os.Exit(0) // the other side went away
	}
	if err := json.Unmarshal(line, &m); err != nil {
		panic(err)
	}
	return m
}

func (c *child) write(format string, args ...any) { fmt.Printf(format+"\n", args...) }

func (c *child) reply(m message, result any) {
	text, err := json.Marshal(result)
	if err != nil {
		panic(err)
	}
	c.write(`{"jsonrpc":"2.0","id":%s,"result":%s}`, m.ID, text)
}

func (c *child) refuse(m message, code int, words string) {
	text, err := json.Marshal(words)
	if err != nil {
		panic(err)
	}
	c.write(`{"jsonrpc":"2.0","id":%s,"error":{"code":%d,"message":%s}}`, m.ID, code, text)
}

// ask makes a callback.
func (c *child) ask(method string, params map[string]any) (message, []float64) {
	text, err := json.Marshal(params)
	if err != nil {
		panic(err)
	}
	c.asked++
	c.write(`{"jsonrpc":"2.0","id":%d,"method":%q,"params":%s}`, c.asked, method, text)
	m := c.receive()
	return m, m.Result.Value.numbers()
}

func (c *child) run() {
	fmt.Fprintf(os.Stderr, "pid %d\n", os.Getpid())
	if c.mode == "speech" { // without listening
		fmt.Println("Welcome!")
		os.Exit(0)
	}
	if c.mode == "deaf" || c.mode == "stubborn" {
		signal.Ignore(syscall.SIGTERM)
	}
	for {
		switch m := c.receive(); m.Method {
		case "hello":
			c.hello(m)
		case "problem":
			c.problems[m.Params.ID], c.last = m.Params.Problem, m.Params.ID
			delete(c.problems, m.Params.ID-16) // no more need be remembered
			c.reply(m, struct{}{})
		case "sample":
			c.sample(m)
		case "samples":
			c.samples(m)
		case "witness":
			c.witness(m)
		case "bye":
			if c.mode == "stubborn" {
				time.Sleep(time.Hour)
			}
			c.reply(m, struct{}{})
			if c.mode == "rude" {
				os.Exit(5)
			}
			return
		default:
			c.refuse(m, -32601, "no such method")
		}
	}
}

func (c *child) hello(m message) {
	hello := map[string]any{"protocol": 1, "name": "child", "version": "1", "independent": c.mode != "dependent"}
	switch c.mode {
	case "crash at start":
		fmt.Fprintln(os.Stderr, "no licence")
		os.Exit(7)
	case "hang at start":
		time.Sleep(time.Hour)
	case "future":
		hello["protocol"] = 2
	case "nameless":
		hello["name"] = ""
	case "less than none":
		hello["batch"] = -1
	}
	if offers := c.offers(); offers != nil {
		hello["witnesses"] = offers
	}
	if strings.HasPrefix(c.mode, "batch") {
		hello["batch"] = 8
	}
	c.reply(m, hello)
}

// sample answers the call as the mode says.
func (c *child) sample(m message) {
	asked := number(m.Params.Problem)
	if c.mode == "last described" {
		asked = c.last
	}
	p, err := spec.ParseProblem(c.problems[asked])
	if err != nil && c.mode != "oracle" {
		panic(err)
	}
	n, d := m.Params.N, 0
	if err == nil {
		d = p.Dim()
	}
	rng := rand.New(rand.NewPCG(m.Params.Seed, 0))
	draws := func(rows int, seeded *rand.Rand) []float64 {
		posterior, err := p.Posterior()
		if err != nil {
			panic(err)
		}
		x := mat.NewDense(rows, d, nil)
		posterior.Given(m.Params.Y.numbers()).Sample(x, seeded)
		return x.RawMatrix().Data
	}
	answer := func(numbers []float64, shape ...int) {
		c.reply(m, map[string]any{"draws": pack(numbers, shape...)})
	}
	fmt.Fprintln(os.Stderr, "about to", c.mode)
	switch c.mode {
	case "batch", "batch crash", "batch shape", "batch order", "batch seed":
		rows, bad := c.batched(m, p, m.Params.Y.numbers(), m.Params.Seed, 0)
		if bad {
			return
		}
		answer(rows, n, d)
		return
	case "crash":
		os.Exit(3)
	case "crash at 5":
		if n == 5 {
			os.Exit(3)
		}
	case "signal":
		syscall.Kill(os.Getpid(), syscall.SIGKILL)
		time.Sleep(time.Hour)
	case "hang":
		time.Sleep(time.Hour)
	case "stops":
		syscall.Kill(os.Getpid(), syscall.SIGSTOP)
		time.Sleep(time.Hour)
	case "deaf":
		// What it starts ignores the signal too, and holds its streams open.
		helper := exec.Command("sh", "-c", "trap '' TERM; sleep 3600; sleep 3600")
		helper.Stdout, helper.Stderr = os.Stdout, os.Stderr
		if err := helper.Start(); err != nil {
			panic(err)
		}
		fmt.Fprintln(os.Stderr, "pid", helper.Process.Pid)
		time.Sleep(time.Hour)
	case "wanderer":
		// What it starts has a session of its own and no parent any more.
		helper := exec.Command("sh", "-c", "sleep 3600 >&- 2>&- <&- & echo pid $! >&2")
		helper.Stderr = os.Stderr
		helper.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
		if err := helper.Run(); err != nil {
			panic(err)
		}
	case "garbage":
		c.write("Epoch 1: loss 0.5")
	case "endless garbage":
		for {
			fmt.Print(strings.Repeat("{ still no end ", 1<<16))
		}
	case "half":
		fmt.Printf(`{"jsonrpc":"2.0","id":%s,"result":{"draws":{"dty`, m.ID)
		os.Exit(0)
	case "no version":
		c.write(`{"id":%s,"result":{}}`, m.ID)
	case "no draws":
		c.reply(m, struct{}{})
		return
	case "twice":
		answer(draws(n, rng), n, d)
	case "never asked":
		c.write(`{"jsonrpc":"2.0","id":77,"result":{}}`)
		time.Sleep(time.Hour)
	case "bad base64":
		c.write(`{"jsonrpc":"2.0","id":%s,"result":{"draws":{"dtype":"<f8","shape":[%d,%d],"data":"%s"}}}`, m.ID, n, d, strings.Repeat("?", 2000))
		return
	case "floats":
		c.reply(m, map[string]any{"draws": wire{"<f4", []int{n, d}, make([]byte, 4*n*d)}})
		return
	case "liar": // the shape says more than there is
		answer(draws(n, rng)[:d], n, d)
		return
	case "wrong type":
		c.reply(m, map[string]any{"draws": []int{1, 2, 3}})
		return
	case "transposed":
		answer(draws(n, rng), d, n)
		return
	case "flat":
		answer(draws(n, rng), n*d)
		return
	case "short":
		answer(draws(n, rng)[d:], n-1, d)
		return
	case "none":
		answer(nil, 0, d)
		return
	case "nan", "inf":
		bad := draws(n, rng)
		bad[n*d-1] = map[string]float64{"nan": math.NaN(), "inf": math.Inf(-1)}[c.mode]
		answer(bad, n, d)
		return
	case "constant seed":
		answer(draws(n, rand.New(rand.NewPCG(1, 2))), n, d)
		return
	case "unseeded":
		answer(draws(n, rand.New(rand.NewPCG(rand.Uint64(), 2))), n, d)
		return
	case "per process":
		answer(draws(n, rand.New(rand.NewPCG(m.Params.Seed, uint64(os.Getpid())))), n, d)
		return
	case "prior":
		x := mat.NewDense(n, d, nil)
		p.Prior().Sample(x, rng)
		answer(x.RawMatrix().Data, n, d)
		return
	case "memory":
		if _, err := syscall.Mmap(-1, 0, 1<<40, syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_ANON|syscall.MAP_PRIVATE); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	case "reported memory":
		c.refuse(m, 3, "MemoryError")
		return
	case "exception":
		c.refuse(m, 2, "ValueError: no convergence")
		return
	case "refusal":
		c.refuse(m, 1, "d is odd")
		return
	case "environment":
		names := []string{}
		for _, entry := range os.Environ() {
			name, _, _ := strings.Cut(entry, "=")
			names = append(names, name)
		}
		slices.Sort(names)
		c.refuse(m, 1, fmt.Sprintf("%s; descriptors %v", strings.Join(names, " "), openFiles()))
		return
	case "oracle":
		c.oracle(m)
		return
	default:
		c.flood(m)
	}
	answer(draws(n, rng), n, d)
}

// openFiles returns the descriptors from 3 on that are open and not of the runtime's own
// making: those of regular files.
func openFiles() []string {
	found := []string{}
	entries, _ := os.ReadDir("/proc/self/fd")
	for _, entry := range entries {
		target, err := os.Readlink("/proc/self/fd/" + entry.Name())
		if fd, _ := strconv.Atoi(entry.Name()); err == nil && fd > 2 && strings.HasPrefix(target, os.TempDir()) {
			found = append(found, target)
		}
	}
	return found
}

// oracle returns four draws: what it is told by each of the callbacks about one row. With
// other n, it makes mistakes and declines with what it is told of them.
func (c *child) oracle(m message) {
	problem := number(m.Params.Problem)
	x := m.Params.Y.numbers()
	one := pack(x, 1, len(x))
	if m.Params.N != 4 {
		var told []string
		for _, params := range []map[string]any{
			{"problem": 99, "x": one, "sigma": 1},
			{"problem": problem, "x": one, "sigma": 0},
			{"problem": problem, "sigma": 1},
			{"problem": problem, "x": pack(x, len(x)), "sigma": 1},
			{"problem": problem, "x": pack([]float64{math.NaN(), 0, 0}, 1, 3), "sigma": 1},
			{"problem": problem, "x": one, "v": pack([]float64{1, 2, 3, 4, 5, 6}, 2, 3), "sigma": 1},
		} {
			reply, _ := c.ask("jvp", params)
			told = append(told, reply.Error.Message)
		}
		reply, _ := c.ask("prior_draws", map[string]any{"problem": problem, "n": 0})
		told = append(told, reply.Error.Message)
		reply, _ = c.ask("posterior", map[string]any{"problem": problem, "x": one, "sigma": 1})
		c.refuse(m, 1, strings.Join(append(told, reply.Error.Message), " / "))
		return
	}
	var rows []float64
	for _, method := range []string{"denoise", "score", "jvp"} {
		_, value := c.ask(method, map[string]any{"problem": problem, "x": one, "v": one, "sigma": 0.5})
		rows = append(rows, value...)
	}
	_, value := c.ask("prior_draws", map[string]any{"problem": problem, "n": 1})
	c.reply(m, map[string]any{"draws": pack(append(rows, value...), 4, len(x))})
}

// number returns the number by which sample names a problem.
func number(text json.RawMessage) int {
	n, err := strconv.Atoi(string(text))
	if err != nil {
		panic(err)
	}
	return n
}
