package samplers

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestParseNamesCanonically(t *testing.T) {
	for _, c := range []struct{ name, canonical string }{
		{"exact", "exact"},
		{"prior", "prior"},
		{"rejection", "rejection:max=1e+07,proposal=prior"},
		{"rejection:proposal=heun,max=1e4", "rejection:max=10000,proposal=heun,steps=50"},
		{"rejection:max=5,proposal=euler", "rejection:max=5,proposal=euler,steps=500"},
		{"rejection:proposal=ancestral,steps=7", "rejection:max=1e+07,proposal=ancestral,steps=7"},
		{"diffusion", "diffusion:method=heun,steps=50"},
		{"diffusion:method=ancestral", "diffusion:method=ancestral,steps=500"},
		{"diffusion:steps=3,method=euler", "diffusion:method=euler,steps=3"},
		{"dps", "dps:zeta=0.5,steps=1000"},
		{"dps:zeta=1", "dps:zeta=1,steps=1000"},
		{"pigdm", "pigdm:steps=100,eta=1"},
		{"pigdm:eta=1,steps=20", "pigdm:steps=20,eta=1"},
		{"alangevin", "alangevin:steps=1000,step=0.2"},
		{"alangevin:step=0.05", "alangevin:steps=1000,step=0.05"},
		{"tds", "tds:steps=100,particles=64,tau=1,threshold=1"},
		{"tds:threshold=0.5,tau=0,particles=8", "tds:steps=100,particles=8,tau=0,threshold=0.5"},
		{"smc", "smc:steps=100,particles=1000,threshold=0.5"},
		{"smc:particles=7,steps=3", "smc:steps=3,particles=7,threshold=0.5"},
	} {
		sampler, err := Parse(c.name)
		if err != nil {
			t.Errorf("Parse(%q): %v", c.name, err)
			continue
		}
		if sampler.Name() != c.canonical {
			t.Errorf("Parse(%q).Name() = %q, want %q", c.name, sampler.Name(), c.canonical)
		}
		if !sampler.Independent() {
			t.Errorf("%s says that its draws depend on each other", c.name)
		}
		again, err := Parse(c.canonical)
		if err != nil || again.Name() != c.canonical {
			t.Errorf("Parse(%q) = %v, %v", c.canonical, again, err)
		}
	}
}

func TestParseErrors(t *testing.T) {
	for _, c := range []struct{ name, message string }{
		{"", `sampler "": want NAME or NAME:key=value,key=value`},
		{"ddrm", `unknown sampler "ddrm", want one of exact, prior, rejection, diffusion, dps, pigdm, alangevin, tds, smc`},
		{"dsp:steps=3", `unknown sampler "dsp"; did you mean "dps"?`},
		{"exact:steps=3", `sampler exact: unknown key "steps"; it takes no arguments`},
		{"dps:zeta=-1", `sampler dps: zeta=-1: want a number from 0 to 1e+06`},
		{"dps:zeta=NaN", `sampler dps: zeta=NaN: want a number from 0 to 1e+06`},
		{"dps:steps=0", `sampler dps: steps=0: want an integer from 1 to 1000000`},
		{"dps:step=10", `sampler dps: unknown key "step"; did you mean "steps"? It takes zeta, steps`},
		{"dps:steps", `sampler dps:steps: "steps" is not key=value (want dps:key=value,key=value)`},
		{"dps:steps=1,steps=2", `sampler dps:steps=1,steps=2: key "steps" is given twice`},
		{"pigdm:eta=2", `sampler pigdm: eta=2: want a number from 0 to 1`},
		{"alangevin:step=2", `sampler alangevin: step=2: want a number from 1e-06 to 1`},
		{"tds:particles=0", `sampler tds: particles=0: want an integer from 1 to 100000`},
		{"tds:tau=-1", `sampler tds: tau=-1: want a number from 0 to 1e+06`},
		{"smc:threshold=2", `sampler smc: threshold=2: want a number from 0 to 1`},
		{"smc:tau=1", `sampler smc: unknown key "tau"; it takes steps, particles, threshold`},
		{"diffusion:method=rk4", `sampler diffusion: method=rk4: want one of heun, euler, ancestral`},
		{"rejection:proposal=exact", `sampler rejection: proposal=exact: want one of prior, heun, euler, ancestral`},
		{"rejection:steps=9", `sampler rejection: unknown key "steps"; it takes max, proposal`},
		{"rejection:max=0", `sampler rejection: max=0: want a number from 1 to 1e+15`},
	} {
		sampler, err := Parse(c.name)
		if err == nil {
			t.Errorf("Parse(%q) = %s, want an error", c.name, sampler.Name())
			continue
		}
		if diff := cmp.Diff(c.message, err.Error()); diff != "" {
			t.Errorf("Parse(%q):\n%s", c.name, diff)
		}
	}
}

func TestListIsWhatParseKnows(t *testing.T) {
	for listed, description := range List() {
		if description == "" {
			t.Errorf("%s has no description", listed)
		}
		if _, err := Parse(listed); err != nil {
			t.Errorf("listed, but: %v", err)
		}
	}
}
