// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/layerbot/layerbot/cmd/demo/gfm"
	"github.com/layerbot/layerbot/internal/github"
)

var (
	//go:embed page/page.html.tmpl
	pageHTML string
	//go:embed page/page.css
	pageCSS string
	//go:embed page/page.js
	pageJS string
)

// render returns the page: the story so far and every pull request as GitHub would show it. It fetches nothing; live
// makes it look for news.
func (p *play) render(live bool, status, text string) ([]byte, error) {
	t, err := template.New("page").Funcs(template.FuncMap{"next": func(i int) int { return i + 1 }}).Parse(pageHTML)
	if err != nil {
		return nil, err
	}
	hash := sha256.Sum256([]byte(pageJS))
	view := pageView{
		Repository: slug, Live: live, Status: status, StatusText: text,
		Style: template.CSS(pageCSS), Script: template.JS(pageJS), //nolint:gosec // our own files
		ScriptHash: base64.StdEncoding.EncodeToString(hash[:]),
	}
	for _, s := range p.scenes {
		if s == nil {
			continue
		}
		view.Scenes = append(view.Scenes, p.viewScene(s))
	}
	for _, pull := range p.stage.pulls {
		view.Pulls = append(view.Pulls, p.viewPull(pull))
	}
	view.Environments = p.stage.viewEnvironments()
	var out bytes.Buffer
	if err := t.Execute(&out, view); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

type pageView struct {
	Repository         string
	Live               bool
	Status, StatusText string
	Style              template.CSS
	Script             template.JS
	ScriptHash         string
	Scenes             []sceneView
	Pulls              []pullView
	Environments       []environmentView
}

type sceneView struct {
	Title, What, Words, Result, Outcome string
	Place, Pull                         int
	Before                              []actionView
	Who                                 person
	Run                                 *runView
	Problems                            []string
}

type actionView struct {
	Who  person
	What string
}

type pullView struct {
	Number        int
	Title, Author string
	Head, Base    string
	Merged        bool
	Entries       []entryView
	Commits       []commitView // with checks: the head, and what the merge made of the base
}

type commitView struct {
	Title, SHA string
	Checks     []checkView
}

type entryView struct {
	Comment *commentView
	Note    *noteView
	Run     *runView
}

type commentView struct {
	Key, At     string
	Author      person
	Description bool
	Body        template.HTML
	Earlier     []template.HTML
	Reactions   []reactionView
}

type reactionView struct {
	Name, Sign string
	Count      int
}

type noteView struct {
	Who                person
	What, Message, SHA string
}

type checkView struct {
	Name, Conclusion, Title string
	Summary, Text           template.HTML
	Annotations             []annotationView
	Buttons                 []github.Button
}

type annotationView struct{ Level, Title, Where, Message string }

// A person is shown by their initials.
type person struct {
	Login, Initials string
	Bot             bool
	Hue             int
}

func viewPerson(login string) person {
	hue := 0
	for _, r := range login {
		hue += int(r)
	}
	return person{Login: login, Initials: strings.ToUpper(login[:min(2, len(login))]), Bot: strings.HasSuffix(login, "[bot]"), Hue: hue % 6}
}

func (p *play) viewScene(s *told) sceneView {
	v := sceneView{
		Title: s.Title, Place: s.Place, Pull: s.Pull, Who: viewPerson(s.Who), What: s.What, Words: s.Words,
		Result: s.Result, Problems: s.Problems, Outcome: "running",
	}
	for _, b := range s.Before {
		v.Before = append(v.Before, actionView{viewPerson(b.Who), b.What})
	}
	if s.Run != nil {
		v.Run = p.viewRun(s.Run)
	}
	if s.Result != "" {
		v.Outcome = "success"
	}
	if len(s.Problems) > 0 {
		v.Outcome = "failure"
	}
	return v
}

func (p *play) viewPull(pull *pull) pullView {
	v := pullView{Number: pull.Number, Title: pull.Title, Author: pull.Author, Head: pull.Head, Base: pull.Base, Merged: pull.Merged != ""}
	if pull.Fork {
		v.Head = pull.Author + ":" + v.Head
	}
	for _, e := range pull.Log {
		switch {
		case e.Comment != nil:
			v.Entries = append(v.Entries, entryView{Comment: p.viewComment(pull, e.Comment)})
		case e.Note != nil:
			v.Entries = append(v.Entries, entryView{Note: &noteView{viewPerson(e.Note.Who), e.Note.What, e.Note.Message, short(e.Note.SHA)}})
		case e.Run != nil:
			v.Entries = append(v.Entries, entryView{Run: p.viewRun(e.Run)})
		}
	}
	v.Commits = []commitView{p.viewCommit("Checks on", pull.Pull.Head())}
	if pull.Merged != "" {
		v.Commits = append(v.Commits, p.viewCommit("Checks on the merge", pull.Merged))
	}
	return v
}

func (p *play) viewCommit(title, sha string) commitView {
	v := commitView{Title: title, SHA: short(sha)}
	for _, c := range p.stage.checks(sha) {
		v.Checks = append(v.Checks, p.viewCheck(c))
	}
	return v
}

func (p *play) viewComment(pull *pull, r *remark) *commentView {
	v := &commentView{
		Key: fmt.Sprintf("%d-%d", pull.Number, r.ID), At: r.Created.Local().Format(time.TimeOnly),
		Author: viewPerson(r.Author.Login), Description: r.ID == 0, Body: p.markdown(r.Body),
	}
	for _, body := range r.Earlier {
		v.Earlier = append(v.Earlier, p.markdown(body))
	}
	for _, name := range slices.Sorted(maps.Keys(r.Reactions)) {
		if n := r.Reactions[name]; n > 0 {
			v.Reactions = append(v.Reactions, reactionView{Name: name, Sign: reactions[name], Count: n})
		}
	}
	return v
}

// reactions are GitHub's.
// Source: https://docs.github.com/rest/reactions/reactions#about-reactions
var reactions = map[string]string{
	"+1": "👍", "-1": "👎", "laugh": "😄", "confused": "😕", "heart": "❤️", "hooray": "🎉", "rocket": "🚀", "eyes": "👀",
}

func (p *play) viewCheck(c github.Check) checkView {
	v := checkView{
		Name: c.Name, Conclusion: c.Conclusion, Title: c.Title,
		Summary: p.markdown(c.Summary), Text: p.markdown(c.Text), Buttons: c.Actions,
	}
	for _, a := range c.Annotations {
		where := fmt.Sprintf("%s:%d", a.Path, a.Start)
		v.Annotations = append(v.Annotations, annotationView{Level: a.Level, Title: a.Title, Where: where, Message: a.Message})
	}
	return v
}

// markdown renders a text of GitHub. Links to runs, checks and pull requests lead to where this page shows them.
func (p *play) markdown(source string) template.HTML {
	rendered := string(gfm.Render(source))
	here := `href="` + p.stage.hub.URL + "/" + slug
	rendered = strings.ReplaceAll(rendered, here+"/actions/runs/", `href="#run-`)
	for _, pull := range p.stage.pulls {
		at := fmt.Sprintf("%s/pull/%d", here, pull.Number)
		rendered = strings.ReplaceAll(rendered, at+`/checks"`, fmt.Sprintf(`href="#checks-%d"`, pull.Number))
		rendered = strings.ReplaceAll(rendered, at+`"`, fmt.Sprintf(`href="#pr-%d"`, pull.Number))
	}
	return template.HTML(rendered) //nolint:gosec // sanitised by gfm
}

func short(sha string) string { return sha[:min(7, len(sha))] }
