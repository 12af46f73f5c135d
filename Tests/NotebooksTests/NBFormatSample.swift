/// A notebook as nbformat 5.11 writes it, with every kind of cell and output.
enum NBFormatSample {
  static let text = #"""
    {
     "cells": [
      {
       "attachments": {
        "a.png": {
         "image/png": "AA\nBB"
        }
       },
       "cell_type": "markdown",
       "id": "m1",
       "metadata": {},
       "source": [
        "# T\n",
        "\n",
        "x"
       ]
      },
      {
       "cell_type": "raw",
       "id": "r1",
       "metadata": {},
       "source": [
        "r"
       ]
      },
      {
       "cell_type": "code",
       "execution_count": null,
       "id": "c0",
       "metadata": {},
       "outputs": [],
       "source": []
      },
      {
       "cell_type": "code",
       "execution_count": 3,
       "id": "c1",
       "metadata": {
        "tags": [
         "x"
        ],
        "zz": {
         "x": [
          0.25
         ],
         "y": 1
        }
       },
       "outputs": [
        {
         "name": "stdout",
         "output_type": "stream",
         "text": [
          "a\n",
          "b\n"
         ]
        },
        {
         "data": {
          "application/json": {
           "a": "x\ny",
           "b": [
            1
           ]
          },
          "application/vnd.q+json": [
           "l\n"
          ],
          "image/png": "Zm9v\n",
          "image/svg+xml": [
           "<svg>\n",
           "</svg>"
          ],
          "text/plain": [
           "t\n",
           "u"
          ]
         },
         "metadata": {},
         "output_type": "display_data"
        },
        {
         "ename": "E",
         "evalue": "v",
         "output_type": "error",
         "traceback": [
          "x\ny"
         ]
        }
       ],
       "source": [
        "train resnet18\n",
        "convert"
       ]
      }
     ],
     "metadata": {
      "custom": {
       "k": null
      },
      "kernelspec": {
       "display_name": "Q",
       "name": "q"
      }
     },
     "nbformat": 4,
     "nbformat_minor": 5
    }

    """#
}
