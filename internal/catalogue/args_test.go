package catalogue

import (
	"strings"
	"testing"
)

func TestArgs(t *testing.T) {
	read := func(name string) (canonical string, err error) {
		_, args, err := ParseName(name)
		if err != nil {
			return "", err
		}
		args.Float("zeta", 0.5, 0, 100)
		args.Int("steps", 1000, 1, 100000)
		args.Choice("method", "heun", "heun", "euler")
		return args.Name(), args.Err()
	}
	for _, test := range []struct{ name, want, mistake string }{
		{name: "dps", want: "dps:zeta=0.5,steps=1000,method=heun"},
		{name: "dps:steps=20,zeta=1e-3", want: "dps:zeta=0.001,steps=20,method=heun"},
		{name: "dps:steps=1,zeta=0", want: "dps:zeta=0,steps=1,method=heun"},
		{name: "dps:steps=100000,zeta=100", want: "dps:zeta=100,steps=100000,method=heun"},
		{name: "", mistake: `want NAME`},
		{name: ":a=1", mistake: `want NAME`},
		{name: "dps:", mistake: `not key=value`},
		{name: "dps:zeta", mistake: `"zeta" is not key=value`},
		{name: "dps:zeta=", mistake: `"zeta=" is not key=value`},
		{name: "dps:zeta=1,zeta=2", mistake: `"zeta" is given twice`},
		{name: "dps:zeta=NaN", mistake: `zeta=NaN: want a number from 0 to 100`},
		{name: "dps:zeta=-1", mistake: `want a number from 0 to 100`},
		{name: "dps:steps=1.5", mistake: `steps=1.5: want an integer from 1 to 100000`},
		{name: "dps:steps=0", mistake: `want an integer`},
		{name: "dps:method=rk4", mistake: `method=rk4: want one of heun, euler`},
		{name: "dps:zetta=1", mistake: `unknown key "zetta"; did you mean "zeta"? It takes zeta, steps, method`},
		{name: "dps:noise=1", mistake: `unknown key "noise"; it takes zeta, steps, method`},
		{name: "dps:z%d=1", mistake: `unknown key "z%d"`},
	} {
		canonical, err := read(test.name)
		switch {
		case test.mistake == "" && (err != nil || canonical != test.want):
			t.Errorf("%q: %q, %v, want %q", test.name, canonical, err, test.want)
		case test.mistake != "" && (err == nil || !strings.Contains(err.Error(), test.mistake)):
			t.Errorf("%q: error %v, want one with %q", test.name, err, test.mistake)
		}
	}
	if canonical, err := read("dps:zeta=0.1,steps=7,method=euler"); err != nil {
		t.Error(err)
	} else if again, err := read(canonical); err != nil || again != canonical {
		t.Errorf("the canonical name %q reads as %q, %v", canonical, again, err)
	}
}
