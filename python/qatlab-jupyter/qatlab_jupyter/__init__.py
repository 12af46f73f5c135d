"""What Jupyter's tools know of qatlab: the colours of its cells, and how papermill writes parameters for them."""
