from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from kit.trees import texts
from onward.detect.declarations import all_declarations, declared


def test_requirement_files_with_everything_that_may_stand_in_them() -> None:
    tree = texts(
        {
            "requirements.txt": r"""
                --index-url https://example.org/simple
                -r requirements/base.txt
                -r missing.txt
                Flask_Login==0.6.3 \
                    --hash=sha256:aaaa \
                    --hash=sha256:bbbb
                    # via app
                jinja2>=3 ; python_version >= "3.9"
                jinja2==3.1.4 ; python_version < "3.9"
                six==1.*
                pkg @ https://example.org/pkg.whl
                git+https://example.org/lib.git@v1#egg=My.Lib
                ./local
                not a requirement at all
                celery[redis]===5.4.0#no comment
                # commented==1.0
            """,
            "requirements/base.txt": "-r ../requirements.txt\nDjango==5.0.8  # why\n-c constraints.txt\n",
            "docs/requirements.txt": "sphinx\n",
        }
    )
    assert declared(tree) == (
        ("django", "5.0.8"),
        ("flask-login", "0.6.3"),
        ("jinja2", "3.1.4"),
        ("my-lib", None),
        ("pkg", None),
        ("six", None),
    )


def test_universal_locks_pin_by_marker_and_so_not_at_all() -> None:
    tree = texts(
        {"requirements.txt": "black==25.1 ; python_version < '3.10'\nblack==26.1 ; python_version >= '3.10'\n"}
    )
    assert declared(tree) == (("black", None),)


def test_pyproject_in_all_its_lists() -> None:
    tree = texts(
        {
            "pyproject.toml": """
                [project]
                dependencies = ["a==1", "b>=2", 3]
                [project.optional-dependencies]
                x = ["c~=1.0"]
                [dependency-groups]
                dev = ["d", { include-group = "e" }]
                [tool.uv]
                dev-dependencies = ["f==2.0"]
                [tool.poetry.dependencies]
                python = "^3.11"
                g = "==1.5"
                h = "1.2.3"
                i = "^4"
                [tool.poetry.dev-dependencies]
                j = { git = "https://example.org/j.git" }
                [tool.poetry.group.test.dependencies]
                k = { version = "7.0", extras = ["z"] }
            """
        }
    )
    assert declared(tree) == (
        *(("a", "1"), ("b", None), ("c", None), ("d", None), ("f", "2.0")),
        *(("g", "1.5"), ("h", "1.2.3"), ("i", None), ("j", None), ("k", "7.0")),
    )


def test_locks_pin_what_files_only_name() -> None:
    tree = texts(
        {
            "Pipfile": '[packages]\nrequests = "*"\nflask = "==3.0.0"\n[dev-packages]\npytest = {version = ">=8"}\n',
            "Pipfile.lock": '{"default": {"requests": {"version": "==2.32.3"}, "idna": {}}, "develop": {"pytest": {"version": "==8.3"}}}',
        }
    )
    assert declared(tree) == (("flask", "3.0.0"), ("idna", None), ("pytest", "8.3"), ("requests", "2.32.3"))


def test_a_lock_with_two_versions_of_a_package_pins_none() -> None:
    lock = "".join(f'[[package]]\nname = "numpy"\nversion = "{version}"\n' for version in ("1.26", "2.1"))
    assert declared(texts({"uv.lock": lock})) == (("numpy", None),)


def test_the_project_itself_is_not_one_of_its_packages() -> None:
    lock = '[[package]]\nname = "me"\nversion = "0"\nsource = { virtual = "." }\n'
    assert declared(texts({"uv.lock": lock})) == ()


def test_places_of_declarations() -> None:
    tree = texts({"pyproject.toml": '[project]\nname = "x"\ndependencies = [\n    "fastapi>=0.1",\n]\n'})
    (one,) = all_declarations(tree)
    assert (one.path, one.line, one.text) == ("pyproject.toml", 4, "fastapi>=0.1")


@settings(deadline=None)
@given(st.text(max_size=80))
def test_no_requirement_file_is_a_bug(text: str) -> None:
    declared(texts({"requirements.txt": text, "pyproject.toml": text, "Pipfile": text, "uv.lock": text}))


def test_only_the_lock_counts_that_is_installed_from() -> None:
    old, new = (f'[[package]]\nname = "numpy"\nversion = "{version}"\n' for version in ("1.26", "2.1"))
    assert declared(texts({"poetry.lock": old, "uv.lock": new})) == (("numpy", "2.1"),)
    assert declared(texts({"poetry.lock": old, "pdm.lock": new})) == (("numpy", "1.26"),)
    assert declared(texts({"pdm.lock": new})) == (("numpy", "2.1"),)
