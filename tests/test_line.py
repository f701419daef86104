"""The line from files: two states in the project file, what a run writes, by tiles too."""

from __future__ import annotations

import csv
import json
from typing import TYPE_CHECKING, Any

import pytest
from conftest import square
from scale.alike import same_result, same_table
from small_city import SIZE, four, layer_of, line, save, small_city
from typer.testing import CliRunner

from landrenew.cli import app
from landrenew.base.errors import CrsError, FileError
from landrenew.publish.change_file import change_words
from landrenew.publish.run_folder import save_run
from landrenew.scale.city import Way
from landrenew.workflow import project_share, run_project
