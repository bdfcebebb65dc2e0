// SPDX-License-Identifier: Apache-2.0

package main

import (
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/layerbot/layerbot/internal/github"
)

// A deployed is the last deployment of one target.
type deployed struct {
	Target       string // ID: "02-data/dev"
	State, Words string // "success", "applied"
	SHA          string
	At           time.Time
	States       []string // of all deployments of the target, this one last
}

// deployments returns the last deployment of each target, in the order in which the targets were first deployed.
func (s *stage) deployments() []deployed {
	var all []deployed
	index := map[string]int{}
	for _, d := range s.repo.Deployments() {
		layer, ok := strings.CutPrefix(d.Task, "apply:")
		if !ok {
			continue
		}
		target := layer + "/" + d.Environment
		i, known := index[target]
		if !known {
			i, index[target] = len(all), len(all)
			all = append(all, deployed{})
		}
		t := &all[i]
		t.Target, t.SHA, t.At, t.State, t.Words = target, d.SHA, d.Created, "waiting", ""
		if n := len(d.Statuses); n > 0 {
			t.State, t.Words = d.Statuses[n-1].State, d.Statuses[n-1].Description
		}
		t.States = append(t.States, t.State)
	}
	return all
}

// checks returns the check runs on a commit.
func (s *stage) checks(sha string) []github.Check {
	var all []github.Check
	for _, c := range s.repo.CheckRuns(sha) {
		all = append(all, c.Check)
	}
	return all
}

// bot is the login that Layerbot's comments are written under.
func (s *stage) bot() string { return s.hub.AppSlug + "[bot]" }

// environmentView shows what was deployed in one environment.
type environmentView struct {
	Name    string
	Targets []deploymentView
}

type deploymentView struct {
	Layer, State, Words, SHA, At string
	Outcomes                     []string // of all attempts
}

// viewEnvironments shows the deployments of each target, environment by environment.
func (s *stage) viewEnvironments() []environmentView {
	targets := map[string][]deploymentView{}
	for _, d := range s.deployments() {
		layer, env, _ := strings.Cut(d.Target, "/")
		v := deploymentView{Layer: layer, State: d.State, Words: d.Words, SHA: short(d.SHA), At: d.At.Local().Format(time.TimeOnly)}
		for _, state := range d.States {
			if state == "error" { // it was not begun, or has no end
				state = "refused"
			}
			v.Outcomes = append(v.Outcomes, state)
		}
		targets[env] = append(targets[env], v)
	}
	var views []environmentView
	for _, env := range slices.Sorted(maps.Keys(targets)) {
		slices.SortFunc(targets[env], func(a, b deploymentView) int { return strings.Compare(a.Layer, b.Layer) })
		views = append(views, environmentView{env, targets[env]})
	}
	return views
}
