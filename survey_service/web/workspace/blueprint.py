"""Where the signed-in pages are registered."""

from flask import Blueprint

pages = Blueprint("workspace", __name__)
