"""What happens in a run, a JSON document a line on standard output: `hermes-install apply --inventory` reads it."""

from __future__ import annotations

import json
import sys

from ansible.plugins.callback import CallbackBase

DOCUMENTATION = """
name: hermes_install
type: stdout
short_description: Events of a run as lines of JSON
description:
  - Writes one JSON document for each event, for a program to read.
"""


class CallbackModule(CallbackBase):
    """Says what came of each task on each host."""

    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "stdout"
    CALLBACK_NAME = "hermes_install"

    def _say(self, event, **more):
        sys.stdout.write(json.dumps({"event": event, **more}, default=str) + "\n")
        sys.stdout.flush()

    def v2_playbook_on_play_start(self, play):
        """All hosts of the play, whatever their batch."""
        inventory = play.get_variable_manager()._inventory
        self._say("play", name=play.get_name(), hosts=[host.name for host in inventory.get_hosts(play.hosts, ignore_restrictions=True)])

    def v2_playbook_on_task_start(self, task, is_conditional):
        """The next task."""
        self._say("task", task=task.get_name().split(" : ")[-1])

    def v2_playbook_on_handler_task_start(self, task):
        """The next handler."""
        self.v2_playbook_on_task_start(task, False)

    def _result(self, result, status):
        values = result._result
        hidden = values.get("_ansible_no_log", False) or result._task.no_log is True
        more = {}
        if not hidden:
            texts = [str(values.get(key) or "").strip() for key in ("stderr", "msg")]
            failed = [item for item in values.get("results", []) if isinstance(item, dict) and item.get("failed")]
            texts = [str(item.get("msg") or "").strip() for item in failed] + texts
            more["message"] = next((text for text in texts if text), "")
            diffs = values.get("diff") or [item.get("diff") for item in values.get("results", []) if isinstance(item, dict)]
            shown = [diff for diff in (diffs if isinstance(diffs, list) else [diffs]) if diff]
            if shown and values.get("changed"):
                more["diff"] = "".join(self._get_diff(diff) for diff in shown)
            facts = values.get("ansible_facts") or {}
            if "hermes_install_report" in facts:
                more["report"] = facts["hermes_install_report"]
        self._say(
            "result",
            host=result._host.name,
            task=result._task.get_name().split(" : ")[-1],
            status=status,
            changed=bool(values.get("changed")),
            **more,
        )

    def v2_runner_on_ok(self, result):
        """It went well."""
        self._result(result, "ok")

    def v2_runner_on_failed(self, result, ignore_errors=False):
        """It failed."""
        self._result(result, "ignored" if ignore_errors else "failed")

    def v2_runner_on_unreachable(self, result):
        """The host did not answer."""
        self._result(result, "unreachable")

    def v2_playbook_on_stats(self, stats):
        """The recap, by host."""
        self._say("stats", hosts={host: stats.summarize(host) for host in sorted(stats.processed)})
