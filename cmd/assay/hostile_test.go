//go:build unix

package main

import (
	"bufio"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"strings"
	"syscall"
	"time"
)

// hostile is a program that speaks the protocol and does not want to end: hostile MODE TOKEN.
// The token is a number of seconds that no other program sleeps, so that everything that it starts
// has it in its command line. It answers with zeros, as many
// calls as the file "answers" has bytes, all processes together; then it is busy for an hour.
func hostile() {
	mode, token := os.Args[1], os.Args[2]
	if strings.Contains(mode, "ignore") {
		signal.Ignore(syscall.SIGTERM, syscall.SIGHUP, syscall.SIGINT)
	}
	lines := bufio.NewReader(os.Stdin)
	dims := map[int]int{}
	if mode == "daemon" {
		misbehave(mode, token) // also if it is never busy
	}
	for {
		line, err := lines.ReadBytes('\n')
		if err != nil {
			if strings.Contains(mode, "ignore") {
				busy()
			}
			return
		}
		var m struct {
			ID     json.RawMessage
			Method string
			Params struct {
				ID, Dim, N int
				Problem    json.RawMessage
			}
		}
		if json.Unmarshal(line, &m) != nil {
			return
		}
		result := "{}"
		switch m.Method {
		case "hello":
			if mode == "ignore in hello" {
				leave(token, `trap "" TERM; sleep TOKEN; :`)
				busy()
			}
			result = `{"protocol":1,"name":"hostile","version":"1","independent":true}`
		case "problem":
			dims[m.Params.ID] = m.Params.Dim
		case "sample":
			if m.Params.N != 4 && !another() {
				misbehave(mode, token)
				busy()
			}
			var number int
			json.Unmarshal(m.Params.Problem, &number)
			n, d := m.Params.N, dims[number]
			zeros := make([]byte, 8*n*d)
			zeros[0], zeros[1] = byte(time.Now().UnixNano()), byte(time.Now().UnixNano()>>8) // tiny, and no draw is another
			result = fmt.Sprintf(`{"draws":{"dtype":"<f8","shape":[%d,%d],"data":%q}}`, n, d, base64.StdEncoding.EncodeToString(zeros))
		}
		fmt.Printf(`{"jsonrpc":"2.0","id":%s,"result":%s}`+"\n", m.ID, result)
	}
}

func busy() { time.Sleep(time.Hour) }

// another reports whether one more call is to be answered.
func another() bool {
	info, err := os.Stat("answers")
	if err != nil {
		return false
	}
	f, err := os.OpenFile("answered", os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o666)
	if err != nil {
		return false
	}
	defer f.Close()
	f.Write([]byte{'.'})
	made, err := f.Stat()
	return err == nil && made.Size() <= info.Size()
}

// misbehave starts what is hard to end.
func misbehave(mode, token string) {
	switch mode {
	case "setsid":
		leave(token, `trap "" TERM; sleep TOKEN; :`)
	case "daemon": // in a session and with an environment of its own, its parent gone
		leave(token, `(trap "" TERM; (sleep TOKEN; :) & ) & :`)
	case "stopped":
		helper := leave(token, `sleep TOKEN; :`)
		helper.Process.Signal(syscall.SIGSTOP)
		syscall.Kill(os.Getpid(), syscall.SIGSTOP)
	case "flood":
		for {
			fmt.Print(strings.Repeat(`{"jsonrpc":"2.0","method":"none","params":{"data":"AAAA"}}`+"\n", 1000))
		}
	case "closes":
		leave(token, `sleep TOKEN; :`)
		os.Stdout.Close()
		os.Stdin.Close()
		os.Stderr.Close()
	}
}

// leave starts a shell in a session of its own, with nothing of our environment but where
// programs are.
func leave(token, script string) *exec.Cmd {
	helper := exec.Command("sh", "-c", strings.ReplaceAll(script, "TOKEN", token))
	helper.Env = []string{"PATH=" + os.Getenv("PATH")}
	helper.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	if err := helper.Start(); err != nil {
		panic(err)
	}
	return helper
}
