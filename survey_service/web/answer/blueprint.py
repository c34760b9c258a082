"""What the modules of the answering pages add their pages to."""

from flask import Blueprint

pages = Blueprint("answer", __name__)
